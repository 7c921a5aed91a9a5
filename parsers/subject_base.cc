#include "parsers/subject_base.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "parsers/fold.h"

namespace poller {

namespace {

// clang-format off
// Folded to lower case. Sources: the localized resources of Outlook, Lotus Notes, Thunderbird, Gmail and webmailers.
constexpr std::array kReplyPrefixes = {
    "re", "ré", "réf", "ref", "rép", "r", "rif", "rsp", "res", "resp", "respuesta", "aw", "antw", "antwort",
    "antwoord", "betr", "sv", "svar", "vs", "vast", "vastaus", "vá", "válasz", "odp", "odpověď", "odpoveď", "odg",
    "odgovor", "ats", "atb", "atbildēt", "ynt", "yan", "yanıt", "yanit", "cevap", "bls", "balas", "trl", "trả lời",
    "απ", "απάντηση", "σχετ", "отв", "ответ", "отг", "відп", "відповідь", "răsp", "回复", "回覆", "答复", "答覆",
    "回信", "返信", "답장", "회신", "תגובה", "השב", "رد", "پاسخ", "ตอบ", "ตอบกลับ", "vsd", "उत्तर", "réponse", "risposta", "resposta", "odpowiedź",
    "odgovori", "одговор", "на", "отговор", "yanıtla", "tl", "jawab", "balasan",
};
constexpr std::array kForwardPrefixes = {
    "fw", "fwd", "wg", "wtr", "weitergeleitet", "tr", "transf", "i", "inoltra", "inoltro", "rv", "reenv", "reenviado",
    "enc", "encaminhada", "encam", "vl", "vb", "vidarebefordrat", "doorst", "doorgestuurd", "pd", "przekaż", "fs",
    "framsent", "továbbítás", "továbbítva", "továbbít", "ilt", "ilet", "yml", "trs", "terusan", "chuyển tiếp", "πρθ",
    "προώθηση", "пересл", "переслано", "препр", "转发", "轉寄", "轉發", "轉送", "転送", "전달", "הועבר", "העברה",
    "إعادة توجيه", "هدایت", "ส่งต่อ", "videresendt", "vids", "pārs", "persiųsti", "edasi", "předáno", "preposlané",
    "prosl", "proslijeđeno", "prosleđeno", "прослеђено", "posredovano", "přeposláno", "przekazano",
    "перенаправлено", "переадресовано", "переадрес", "прт", "تحويل", "إحالة", "ارجاع", "फ़ॉरवर्ड", "edastatud", "ct", "doorsturen", "transféré", "réexp", "reenvío", "inoltrato",
    "encaminhado", "redirecționat", "înaintat", "iletilen", "yönlendirilen",
};
// clang-format on

struct SubjectPrefix {
  enum class Kind { none, reply, forward, tag } kind = Kind::none;
  std::size_t length = 0;  // with the blanks that follow
};

constexpr std::size_t kLongestPrefix = 40;  // bytes of the word itself

SubjectPrefix::Kind prefix_kind(std::string_view word) {
  static const std::unordered_map<std::string_view, SubjectPrefix::Kind> kinds = [] {
    std::unordered_map<std::string_view, SubjectPrefix::Kind> result;
    for (const char* prefix : kReplyPrefixes) result.emplace(prefix, SubjectPrefix::Kind::reply);
    for (const char* prefix : kForwardPrefixes) result.emplace(prefix, SubjectPrefix::Kind::forward);
    return result;
  }();
  const auto it = kinds.find(word);
  return it == kinds.end() ? SubjectPrefix::Kind::none : it->second;
}

std::size_t skip_blanks(std::string_view s, std::size_t at) {
  while (at < s.size() && text::is_space(s[at])) ++at;
  return at;
}

/// A counter behind a prefix: "[2]", "(2)", "^2", "*2" or bare digits.
std::size_t skip_counter(std::string_view s, std::size_t at) {
  std::size_t digits = at;
  char close = 0;
  if (digits < s.size() && (s[digits] == '[' || s[digits] == '('))
    close = s[digits++] == '[' ? ']' : ')';
  else if (digits < s.size() && (s[digits] == '^' || s[digits] == '*'))
    ++digits;
  std::size_t end = digits;
  while (end < s.size() && text::is_digit(s[end])) ++end;
  if (end == digits) return at;
  if (close == 0) return end;
  return end < s.size() && s[end] == close ? end + 1 : at;
}

/// The length of a colon of any width at `at`, or 0.
std::size_t colon_length(std::string_view s, std::size_t at) {
  if (at < s.size() && s[at] == ':') return 1;
  return s.substr(at, 3) == "：" || s.substr(at, 3) == "︓" || s.substr(at, 3) == "﹕" ? 3 : 0;
}

SubjectPrefix read_tag(std::string_view s) {
  const std::size_t close = s.find_first_of("[]", 1);
  if (close == std::string_view::npos || s[close] != ']') return {};
  return {SubjectPrefix::Kind::tag, skip_blanks(s, close + 1)};
}

/// Where the word of a prefix ends: at a blank before a colon or counter, at the counter, or at the colon.
SubjectPrefix read_word(std::string_view s) {
  const std::string_view window = s.substr(0, kLongestPrefix);
  std::size_t end = window.find_first_of(":[(^*0123456789");
  end = std::min({end, window.find("："), window.find("﹕"), window.find("︓")});
  if (end == std::string_view::npos || end == 0) return {};
  std::string_view word = text::trim(s.substr(0, end));
  if (!word.empty() && word.back() == '.') word.remove_suffix(1);
  const std::size_t colon = skip_blanks(s, skip_counter(s, end));
  const std::size_t width = colon_length(s, colon);
  if (width == 0) return {};
  const SubjectPrefix::Kind kind = prefix_kind(fold_case(word));
  if (kind == SubjectPrefix::Kind::none) return {};
  return {kind, skip_blanks(s, colon + width)};
}

SubjectPrefix read_subject_prefix(std::string_view s) {
  if (s.empty()) return {};
  return s.front() == '[' ? read_tag(s) : read_word(s);
}

std::string collapse_blanks(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool nbsp = s[i] == '\xC2' && i + 1 < s.size() && s[i + 1] == '\xA0';
    if (nbsp) ++i;
    if (!nbsp && !text::is_space(s[i]))
      out += s[i];
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Netscape's way of forwarding: "[Fwd: subject]".
bool unwrap_forward(std::string_view& s) {
  if (s.size() < 6 || s.front() != '[' || s.back() != ']') return false;
  const SubjectPrefix inner = read_word(s.substr(1));
  if (inner.kind != SubjectPrefix::Kind::forward) return false;
  s = text::trim(s.substr(1, s.size() - 2));
  return true;
}

void drop_trailers(std::string_view& s) {
  while (text::iends_with(s, "(fwd)") || text::iends_with(s, "(fw)")) s = text::trim(s.substr(0, s.rfind('(')));
}

}  // namespace

std::string subject_base(std::string_view subject) {
  const std::string clean = collapse_blanks(subject);
  std::string_view rest = clean;
  drop_trailers(rest);
  for (;;) {
    if (unwrap_forward(rest)) continue;
    const SubjectPrefix prefix = read_subject_prefix(rest);
    if (prefix.kind == SubjectPrefix::Kind::none) break;
    // A tag alone is the subject: better than none.
    if (prefix.kind == SubjectPrefix::Kind::tag && prefix.length >= rest.size()) break;
    rest.remove_prefix(prefix.length);
  }
  return std::string(rest);
}

SubjectSays what_subject_says(std::string_view subject) {
  const std::string clean = collapse_blanks(subject.substr(0, 2000));
  std::string_view rest = clean;
  if (unwrap_forward(rest)) return SubjectSays::forward;
  SubjectPrefix prefix = read_subject_prefix(rest);
  while (prefix.kind == SubjectPrefix::Kind::tag) {
    rest.remove_prefix(prefix.length);
    prefix = read_subject_prefix(rest);
  }
  if (prefix.kind == SubjectPrefix::Kind::forward || text::iends_with(rest, "(fwd)")) return SubjectSays::forward;
  if (prefix.kind == SubjectPrefix::Kind::none) return SubjectSays::nothing;
  return text::istarts_with(rest, "vs") && !text::is_alpha(rest.substr(0, 3).back()) ? SubjectSays::either
                                                                                     : SubjectSays::reply;
}

}  // namespace poller
