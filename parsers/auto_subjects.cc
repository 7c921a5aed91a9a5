#include "parsers/auto_subjects.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/fold.h"

namespace poller {
namespace {

// Folded; what stands before the colon that programs put behind it, and before the subject that is answered.
constexpr std::string_view kCertain[] = {
    // English
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto-reply",
    "auto response",
    "autoresponse",
    "auto-response",
    "automatic response",
    "automated reply",
    "automated response",
    "out of office autoreply",
    "out of office reply",
    "out of office",
    "out-of-office",
    "out of the office",
    "not in office",
    "not in the office",
    "on vacation",
    "out of office notification",
    "vacation reply",
    "vacation autoreply",
    "away from my mail",
    "away from mail",
    "auto respond",
    "autoresponder",
    "out of office message",
    "automatic-reply",
    // German
    "automatische antwort",
    "automatische rückantwort",
    "abwesenheitsnotiz",
    "abwesenheitsmeldung",
    "abwesenheitsnachricht",
    "autom. antwort",
    "auto-antwort",
    "automatische abwesenheitsnotiz",

    // French
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "message d'absence",
    "absent du bureau",
    "réponse d'absence du bureau",
    "réponse automatique d'absence",
    // Spanish, Catalan, Portuguese, Italian, Romanian
    "respuesta automática",
    "respuesta automatica",
    "resposta automàtica",
    "resposta automática",
    "resposta automatica",
    "fuera de la oficina",
    "fuera de oficina",
    "fora do escritório",
    "fora do escritorio",
    "fuori ufficio",
    "ausência temporária",
    "risposta automatica",
    "răspuns automat",
    "raspuns automat",
    // Dutch, Scandinavian, Finnish, Estonian, Latvian, Lithuanian
    "automatisch antwoord",
    "automatische reactie",
    "afwezigheidsbericht",
    "automatiskt svar",
    "autosvar",
    "automatisk svar",
    "automatisk besvarelse",
    "fraværsbesked",
    "automaattinen vastaus",
    "poissaoloilmoitus",
    "automaatvastus",
    "automātiska atbilde",
    "automātiskā atbilde",
    "automatinis atsakymas",
    // Slavic languages, Hungarian, Greek, Turkish
    "odpowiedź automatyczna",
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "automatická odpověď",
    "automatická odpoveď",
    "automatski odgovor",
    "samodejni odgovor",
    "samodejen odgovor",
    "автоответ",
    "автоматический ответ",
    "автоматичен отговор",
    "автоматична відповідь",
    "автовідповідь",
    "аутоматски одговор",
    "automatikus válasz",
    "αυτόματη απάντηση",
    "otomatik yanıt",
    "otomatik yanit",
    // Asian languages, Arabic, Hebrew
    "自動応答",
    "自動返信",
    "不在通知",
    "自动答复",
    "自动回复",
    "自動回覆",
    "自動答覆",
    "자동 회신",
    "자동회신",
    "부재중",
    "ตอบกลับอัตโนมัติ",
    "การตอบกลับอัตโนมัติ",
    "trả lời tự động",
    "thư trả lời tự động",
    "balasan otomatis",
    "balasan automatik",
    "رد تلقائي",
    "الرد التلقائي",
    "מענה אוטומטי",
    "תשובה אוטומטית",
};

// Folded; anywhere in a subject, when the header shows a machine.
constexpr std::string_view kLikely[] = {
    "out of office",
    "out of the office",
    "out-of-office",
    "on vacation",
    "on holiday",
    "on annual leave",
    "on leave",
    "maternity leave",
    "parental leave",
    "sick leave",
    "away from my desk",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "auto reply",
    "automated response",
    "automatic response",
    "automated reply",
    "vacation message",
    "is away",
    "will be away",
    "abwesenheit",
    "nicht im büro",
    "im urlaub",
    "automatische antwort",
    "elternzeit",
    "absence",
    "en congé",
    "en vacances",
    "réponse automatique",
    "respuesta automática",
    "de vacaciones",
    "fuera de la oficina",
    "resposta automática",
    "de férias",
    "risposta automatica",
    "in ferie",
    "automatisch antwoord",
    "op vakantie",
    "automatiskt svar",
    "automatisk svar",
    "på semester",
    "på ferie",
    "lomalla",
    "urlop",
    "poza biurem",
    "отпуск",
    "автоответ",
    "不在",
    "休暇",
    "自動返信",
    "自動応答",
    "自动回复",
    "vacation",
    "ooo",
    "abwesend",
    "außer haus",
    "ausente",
    "assenza",
    "fuori sede",
    "fuori ufficio",
    "fora do escritório",
    "afwezig",
    "frånvaro",
    "fravær",
    "ikke til stede",
    "ikke på kontoret",
    "poissa",
    "mimo kancelář",
    "házon kívül",
    "вне офиса",
    "ofis dışında",
    "外出",
    "auto:",
};

}  // namespace

AutoSubject read_auto_subject(std::string_view subject) {
  std::string folded = fold_case(text::trim(subject.substr(0, 600)));
  for (std::size_t pos = folded.find("’"); pos != std::string::npos; pos = folded.find("’", pos + 1)) {
    folded.replace(pos, std::string_view("’").size(), "'");
  }
  std::string_view all = folded;
  char closer = ':';
  if (all.starts_with('[') || all.starts_with('(')) {  // "[Auto-Reply] Printer"
    closer = all.front() == '[' ? ']' : ')';
    all.remove_prefix(1);
  }
  bool whole = false;
  for (const std::string_view phrase : kCertain) {
    if (!all.starts_with(phrase)) continue;
    std::string_view rest = all.substr(phrase.size());
    while (rest.starts_with(' ') || rest.starts_with("\u00a0")) rest.remove_prefix(rest.starts_with(' ') ? 1 : 2);
    if (rest.starts_with(closer) || rest.starts_with("：")) return AutoSubject::certain;
    whole = whole || rest.empty();
  }
  if (whole) return AutoSubject::whole;
  const bool likely = std::any_of(std::begin(kLikely), std::end(kLikely),
                                  [&](std::string_view phrase) { return all.find(phrase) != std::string_view::npos; });
  return likely ? AutoSubject::likely : AutoSubject::no;
}

}  // namespace poller
