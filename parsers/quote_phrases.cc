#include "parsers/quote_phrases.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_map>
#include <unordered_set>

namespace poller {

namespace {

// clang-format off
// Every entry is folded: lower case, Turkish dotless i as "i". A row a language or a family of them.
constexpr std::array kFromLabels = {
    "from", "von", "de", "da", "van", "från", "fra", "frå", "frá", "lähettäjä", "od", "feladó", "de la", "от",
    "от кого", "від", "од", "од кого", "saatja", "no", "nuo", "από", "kimden", "gönderen", "من", "מאת", "از",
    "发件人", "寄件者", "寄件人", "發件人", "差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "จาก", "từ",
    "dari", "daripada", "nork", "igorlea", "प्रेषक", "oddi wrth", "nga", "kimdən", "кімнен", "expéditeur", "absender",
    "remitente", "remetente", "mittente", "expeditor", "nadawca", "odesílatel", "odosielateľ", "afsender", "avsender",
    "avsändare", "afzender", "pošiljatelj", "mailer", "de parte de", "ó", "šalje",
    "siuntėjas", "sūtītājs", "से", "থেকে", "প্রেরক", "அனுப்புநர்", "పంపినవారు", "నుండి", "कडून", "તરફથી",
    "ਤੋਂ", "منجانب", "ვისგან", "გამომგზავნი", "ումից", "kutoka", "mula kay", "mula sa", "ад", "ад каго", "minn",
    "vun", "gan", "ຈາກ", "хэнээс", "kimdan", "발신", "발신인", "발신자", "보내는 사람", "发信人", "發信人",
};
constexpr std::array kDateLabels = {
    "sent", "date", "sent on", "sent at", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le", "date d'envoi",
    "message du", "enviado", "enviado el", "enviada el", "enviado em", "enviada em", "enviada", "fecha",
    "fecha de envío", "data", "inviato", "inviata", "data invio", "inviato il", "verzonden", "verzonden op",
    "verstuurd", "datum verzonden", "skickat", "sendt", "dato", "lähetetty", "päivämäärä", "päiväys", "wysłano",
    "wysłane", "data wysłania", "odesláno", "odoslané", "dátum", "küldve", "elküldve", "küldés dátuma",
    "küldés ideje", "trimis", "trimisă", "expediat", "изпратено", "дата", "отправлено", "дата отправки", "надіслано",
    "відправлено", "poslano", "poslato", "послато", "датум", "saadetud", "kuupäev", "nosūtīts", "datums", "išsiųsta",
    "στάλθηκε", "ημερομηνία", "απεσταλμένα", "gönderildi", "gönderme tarihi", "gönderim tarihi", "tarih",
    "تاريخ الإرسال", "تم الإرسال", "التاريخ", "أرسلت", "נשלח", "תאריך", "נשלח בתאריך", "ارسال", "تاریخ", "ارسال شده",
    "发送时间", "发送日期", "日期", "时间", "傳送時間", "寄件日期", "發送時間", "時間", "送信日時", "日時", "日付",
    "送信日", "보낸 날짜", "보낸날짜", "날짜", "보낸 시간", "ส่ง", "ส่งเมื่อ", "วันที่", "đã gửi", "gửi", "ngày",
    "đã gửi vào", "dikirim", "terkirim", "tanggal", "dihantar", "tarikh", "enviat", "enviat el", "bidalita",
    "भेजा गया", "दिनांक", "anfonwyd", "dyddiad", "dërguar", "data e dërgimit", "göndərilib", "tarixi", "жіберілген",
    "күні", "dagsetning", "sent den", "seolta", "dáta", "when",
    "saatmisaeg", "испратено", "адпраўлена", "nosūtīšanas datums", "পাঠানো হয়েছে", "প্রেরিত",
    "அனுப்பப்பட்டது", "పంపబడింది", "पाठविले", "મોકલ્યું", "بھیجا گیا", "გაგზავნილია", "ուղարկվել է", "ilitumwa",
    "ipinadala", "발신일", "발송일", "보낸 시각", "일시", "sendt den", "sendt dato", "skickat den", "发信时间", "發信時間", "wysłany",
};
constexpr std::array kToLabels = {
    "to", "an", "à", "a", "para", "aan", "till", "til", "vastaanottaja", "do", "komu", "címzett", "către", "catre",
    "до", "за", "кому", "za", "prima", "adressaat", "saaja", "kellele", "kam", "προς", "kime", "alici", "إلى", "אל",
    "به", "گیرنده", "收件人", "收件者", "宛先", "받는 사람", "받는사람", "ถึง", "tới", "đến", "kepada", "ke", "per a",
    "nori", "hartzailea", "को", "प्रति", "at", "për", "kimə", "кімге", "empfänger", "destinataire", "destinatario",
    "destinatário", "odbiorca", "příjemce", "modtager", "mottaker", "mottagare", "ontvanger", "prejemnik", "do kogo",
    "chuig",
    "gavėjas", "saņēmējs", "каму", "প্রতি", "প্রাপক", "பெறுநர்", "గ్రహీత", "بنام", "ვის", "ում", "kwa", "para kay",
    "수신", "수신인", "수신자", "收信人",
};
constexpr std::array kSubjectLabels = {
    "subject", "betreff", "thema", "objet", "sujet", "asunto", "assunto", "oggetto", "onderwerp", "ämne", "emne",
    "aihe", "temat", "předmět", "predmet", "tárgy", "subiect", "относно", "тема", "предмет", "наслов", "zadeva",
    "teema", "temats", "tēma", "tema", "θέμα", "konu", "الموضوع", "נושא", "موضوع", "主题", "主旨", "主題", "标题",
    "標題", "件名", "제목", "เรื่อง", "chủ đề", "tiêu đề", "perihal", "subjek", "assumpte", "gaia", "विषय", "pwnc",
    "subjekti", "mövzu", "тақырып", "efni", "ábhar", "onderwerp van het bericht", "re",
    "ärende", "rubrik", "тэма", "বিষয়", "பொருள்", "విషయం", "தலைப்பு", "თემა", "թեմա", "mada", "paksa", "гарчиг",
    "mavzu", "suġġett",
};
constexpr std::array kOtherLabels = {
    "cc", "bcc", "kopie", "copie", "copie à", "copia", "copia a", "cópia", "kopia", "kopi", "kopio", "dw", "kópia",
    "másolatot kap", "másolat", "копие", "копия", "копія", "kp", "koopia", "kopija", "κοιν.", "κοινοποίηση", "bilgi",
    "نسخة", "עותק", "抄送", "副本", "참조", "สำเนา", "reply-to", "reply to", "antwort an", "répondre à",
    "responder a", "rispondi a", "risposta", "antwoord aan", "svar til", "svara till", "odpowiedz do", "importance",
    "wichtigkeit", "attachments", "anlagen", "organization", "organisation", "newsgroups", "sensitivity", "prioritet",
    "priority", "resent-from", "sender", "cci", "cco", "ccn", "tembusan", "đồng gửi", "c/c", "同报", "回复",
    "抄送至", "抄送人", "密件副本", "수신참조", "참조인", "копия до", "kk",
};

constexpr std::array kWroteWords = {
    "wrote", "writes", "schrieb", "schreibt", "geschrieben", "écrit", "ecrit", "écrivait", "écrit(e)", "escribió",
    "escribio", "scritto", "scrive", "scriveva", "escreveu", "schreef", "geschreven", "skrev", "skreiv", "kirjoitti",
    "napisał", "napisała", "pisze", "napisal", "napsal", "napsala", "napísal", "napísala", "írta", "scris", "написа",
    "написал", "написала", "пишет", "писал", "писала", "написав", "пише", "писав", "napisao", "napisala", "piše",
    "написао", "kirjutas", "rakstīja", "rašė", "parašė", "έγραψε", "yazdi", "yazmiş", "كتب", "كتبت", "כתב", "כתבה",
    "נכתב", "نوشت", "लिखा", "viết", "menulis", "escrit", "escriure", "idatzi", "escribiu", "skrifaði", "shkroi",
    "напиша", "yazib", "geskryf", "sumulat", "skribis", "scríobh", "ysgrifennodd", "жазды", "დაწერა", "գրել",
};
// Weaker: mail servers and logs say something too, so that lines with ">" must follow.
constexpr std::array kSaidWords = {
    "said", "says", "spake", "according", "scripsit", "sagte", "sagt", "dit", "dijo", "dice", "disse", "diz", "zei",
    "sade", "sanoi", "powiedział", "řekl", "сказал", "сказала", "mondta", "dedi",
};
constexpr std::array kWroteEndings = {
    "写道", "写到", "寫道", "写", "のメール", "書きました", "書いた", "のコメント", "작성", "작성했습니다", "씀",
    "썼습니다", "쓴 글", "เขียนว่า", "เขียน", "লিখেছেন", "எழுதியது",
};
constexpr std::array kAttributionOpenings = {
    "on", "at", "am", "le", "el", "il", "em", "op", "den", "på", "dnia", "w", "dne", "dňa", "la", "în", "на", "in",
    "pada", "vào", "lúc", "ngày", "dana", "στις", "la data", "в", "у", "בתאריך", "في", "بتاريخ", "در", "在", "於",
    "于", "mensagem", "kello", "el día", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "dia", "quoting", "zitat",
    "citando", "citerar",
};

constexpr std::array kOriginalPhrases = {
    "original message", "original appointment", "originalmeddelande", "ursprüngliche nachricht", "originalnachricht",
    "original-nachricht", "ursprüngliche mail", "urspr. nachricht", "message d'origine", "message d’origine",
    "message original", "message initial", "mensaje original", "mensagem original", "messaggio originale",
    "messaggio original", "oorspronkelijk bericht", "oorspronkelijke bericht", "origineel bericht",
    "ursprungligt meddelande", "original meddelelse", "oprindelig meddelelse", "oprindelig besked", "original besked",
    "opprinnelig melding", "original melding", "alkuperäinen viesti", "alkuperäinen sanoma", "wiadomość oryginalna",
    "oryginalna wiadomość", "wiadomość pierwotna", "původní zpráva", "původní e-mail", "pôvodná správa",
    "eredeti üzenet", "eredeti levél", "mesaj original", "mesajul original", "оригинално съобщение",
    "исходное сообщение", "исходное письмо", "оригинальное сообщение", "первоначальное сообщение",
    "оригінальне повідомлення", "початкове повідомлення", "вихідне повідомлення", "izvorna poruka",
    "originalna poruka", "izvirno sporočilo", "originalno sporočilo", "оригинална порука", "algne kiri",
    "algne teade", "algsõnum", "sākotnējais ziņojums", "oriģinālais ziņojums", "pradinis pranešimas",
    "originalus pranešimas", "αρχικό μήνυμα", "πρωτότυπο μήνυμα", "orijinal ileti", "orjinal mesaj", "özgün ileti",
    "asil mesaj", "الرسالة الأصلية", "رسالة أصلية", "הודעה מקורית", "ההודעה המקורית", "پیام اصلی", "原始邮件",
    "原邮件", "原始信件", "原始訊息", "原始郵件", "元のメッセージ", "元のメール", "オリジナルメッセージ",
    "원본 메시지", "원본 메일", "원본 이메일", "ข้อความต้นฉบับ", "ข้อความเดิม", "thư gốc", "tin nhắn gốc",
    "pesan asli", "mesej asal", "missatge original", "jatorrizko mezua", "mensaxe orixinal", "upprunaleg skilaboð",
    "upphafleg skilaboð", "reply message", "reply", "antwort", "réponse", "quoted message", "previous message",
    "mesazhi origjinal", "oorspronklike boodskap", "original email", "original e-mail", "original mail",
    "mail original", "mail d'origine", "mail d’origine", "e-mail d'origine", "e-mail d’origine", "courriel original",
    "courriel d'origine", "courriel d’origine", "message précédent", "orijinal mesaj", "orijinal e-posta", "original",
    "邮件原件", "回复的原邮件", "原邮件内容", "原郵件", "email original", "correo original", "e-mail original",
    "correo electrónico original", "e-mail originale", "email originale", "originele e-mail",
    "oorspronkelijke e-mail", "oorspronkelijke mail", "originele bericht", "originalmelding", "originalt brev",
    "oprindelig e-mail", "opprinnelig e-post", "ursprunglig e-post", "originalmejl", "ursprüngliche e-mail",
    "originalmail", "original-mail", "oryginalny e-mail", "původní mail", "pôvodný e-mail", "eredeti e-mail",
    "исходный текст", "originalni e-mail", "izvorni e-mail", "αρχικό e-mail",
};
// Help desks put such a line above the mails of theirs; everything below it is theirs.
constexpr std::array kReplyLinePhrases = {
    "reply above this line", "reply above the line", "response above this line", "respond above this line",
    "answer above this line", "write above this line", "comment above this line", "reply above this dotted line",
    "text above this line", "oberhalb dieser zeile", "oberhalb dieser linie", "über dieser zeile", "über dieser linie",
    "über diese zeile", "au-dessus de cette ligne", "por encima de esta línea", "encima de esta línea",
    "arriba de esta línea", "sopra questa riga", "sopra questa linea", "boven deze regel", "boven deze lijn",
    "acima desta linha", "acima dessa linha", "ovanför denna rad", "ovanför den här raden", "over denne linje",
    "over denne linjen", "tämän rivin yläpuolelle", "powyżej tej linii", "powyżej tego wiersza", "nad tímto řádkem",
    "nad týmto riadkom", "e fölé a sor fölé", "a sor fölé", "deasupra acestei linii", "выше этой строки",
    "выше этой линии", "над этой чертой", "вище цього рядка", "над тази линия", "bu satırın üstüne",
    "bu çizginin üzerine", "πάνω από αυτή τη γραμμή", "この線より上", "この行より上", "请在此行上方", "請在此行上方",
    "이 줄 위에",
};
constexpr std::array kForwardedPhrases = {
    "forwarded message", "begin forwarded message", "start of forwarded message", "forwarded by", "forwarded mail",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "weitergeleitet", "message transféré", "début du message réexpédié", "début du message transféré",
    "message réexpédié", "e-mail transféré", "mensaje reenviado", "inicio del mensaje reenviado",
    "comienzo del mensaje reenviado", "mensagem encaminhada", "mensagem reencaminhada",
    "início da mensagem encaminhada", "início da mensagem reencaminhada", "messaggio inoltrato",
    "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "doorgezonden bericht", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "börja vidarebefordrat meddelande", "videresendt meddelelse", "videresendt besked", "start på videresendt besked",
    "start på videresendt meddelelse", "videresendt melding", "begynn videresendt melding", "videresendt e-post",
    "välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa", "edelleen lähetetty viesti",
    "przekazana wiadomość", "wiadomość przekazana dalej", "początek przekazywanej wiadomości", "przesłana wiadomość",
    "treść przekazanej wiadomości", "přeposlaná zpráva", "začátek přeposílané zprávy", "přeposlaný e-mail",
    "preposlaná správa", "preposielaná správa", "začiatok preposlanej správy", "továbbított üzenet",
    "továbbított levél kezdete", "továbbított levél", "mesaj redirecționat", "mesaj înaintat",
    "începutul mesajului redirecționat", "препратено съобщение", "пересылаемое сообщение", "пересланное сообщение",
    "начало переадресованного сообщения", "начало пересылаемого сообщения", "переслане повідомлення",
    "початок листа, що пересилається", "proslijeđena poruka", "prosleđena poruka", "posredovano sporočilo",
    "прослеђена порука", "edastatud kiri", "edastatud sõnum", "pārsūtītā ziņa", "pārsūtīts ziņojums",
    "persiųstas laiškas", "persiųstas pranešimas", "προωθημένο μήνυμα", "μήνυμα που προωθήθηκε",
    "έναρξη προωθημένου μηνύματος", "iletilmiş mesaj", "iletilen mesaj", "iletilen ileti",
    "iletilmiş ileti başlangici", "iletilen ileti başlangici", "رسالة معاد توجيهها", "رسالة مُعاد توجيهها",
    "بدء الرسالة المُعاد توجيهها", "הודעה שהועברה", "תחילת הודעה שהועברה", "پیام هدایت شده", "转发的邮件",
    "已转发邮件", "转发邮件", "開始轉寄郵件", "轉寄的郵件", "轉寄郵件", "已轉寄的郵件", "以下是转发的邮件",
    "开始转发的邮件", "転送メッセージ", "転送されたメッセージ", "転送メール", "전달된 메시지", "전달된 메일",
    "전달된 이메일", "ข้อความที่ส่งต่อ", "เริ่มข้อความที่ส่งต่อ", "thư đã chuyển tiếp", "tin nhắn đã chuyển tiếp",
    "bắt đầu thư được chuyển tiếp", "pesan terusan", "pesan yang diteruskan", "mulai pesan yang diteruskan",
    "mesej dimajukan", "mesej yang dimajukan", "missatge reenviat", "birbidalitako mezua", "áframsend skilaboð",
    "yönlendirilen mesaj", "yönlendirilmiş ileti", "yönlendirilen ileti", "yönlendirilmiş mesaj",
    "thư được chuyển tiếp", "email được chuyển tiếp", "pārsūtīta ziņa", "转发邮件信息", "轉寄郵件資訊", "转发的信件",
    "forwarded email", "forwarded e-mail", "email transféré", "courriel transféré", "correo reenviado",
    "e-mail encaminhado", "e-mail inoltrata", "email inoltrata",
    "vidarebefordrat e-postmeddelande", "videresendt e-mail", "edasisaadetud kiri", "persiųsta žinutė",
    "пересланное письмо", "пересылаемое письмо", "fwd message", "weitergeleitete e-mail", "weitergeleitete mail",
    "doorgestuurde e-mail",
};

// clang-format on

// A set of bytes, as a bit each for their lower six bits.
using Letters = std::uint64_t;

constexpr Letters letters_of(std::string_view text) {
  Letters letters = 0;
  for (const char c : text) letters |= Letters{1} << (static_cast<unsigned char>(c) & 63);
  return letters;
}

constexpr auto kReplyLineLetters = [] {
  std::array<Letters, kReplyLinePhrases.size()> letters{};
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = letters_of(kReplyLinePhrases[i]);
  return letters;
}();

template <std::size_t... N>
std::unordered_set<std::string_view> phrase_set(const std::array<const char*, N>&... lists) {
  std::unordered_set<std::string_view> result;
  (result.insert(lists.begin(), lists.end()), ...);
  return result;
}

const std::unordered_map<std::string_view, QuotedField>& label_map() {
  static const std::unordered_map<std::string_view, QuotedField> map = [] {
    std::unordered_map<std::string_view, QuotedField> result;
    const auto add = [&](const auto& list, QuotedField field) {
      for (const char* label : list) result.emplace(label, field);
    };
    add(kFromLabels, QuotedField::from);
    add(kDateLabels, QuotedField::date);
    add(kToLabels, QuotedField::to);
    add(kSubjectLabels, QuotedField::subject);
    add(kOtherLabels, QuotedField::other);
    return result;
  }();
  return map;
}

}  // namespace

QuotedField quoted_field(std::string_view label) {
  const auto it = label_map().find(label);
  return it == label_map().end() ? QuotedField::none : it->second;
}

bool is_wrote_word(std::string_view word) {
  static const auto set = phrase_set(kWroteWords);
  return set.count(word) > 0;
}

bool is_said_word(std::string_view word) {
  static const auto set = phrase_set(kSaidWords);
  return set.count(word) > 0;
}

bool ends_in_wrote(std::string_view text) {
  return std::any_of(kWroteEndings.begin(), kWroteEndings.end(), [&](std::string_view ending) {
    return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
  });
}

bool is_attribution_opening(std::string_view word) {
  static const auto set = phrase_set(kAttributionOpenings);
  return set.count(word) > 0;
}

bool is_original_message_phrase(std::string_view phrase) {
  static const auto set = phrase_set(kOriginalPhrases);
  return set.count(phrase) > 0;
}

bool holds_reply_line_phrase(std::string_view line) {
  // Every line of a mail is asked: few have all the letters of a phrase, and only those are searched.
  const Letters letters = letters_of(line);
  for (std::size_t i = 0; i < kReplyLinePhrases.size(); ++i) {
    const bool has_letters = (kReplyLineLetters[i] & ~letters) == 0;
    if (has_letters && line.find(kReplyLinePhrases[i]) != std::string_view::npos) return true;
  }
  return false;
}

bool is_forwarded_message_phrase(std::string_view phrase) {
  static const auto set = phrase_set(kForwardedPhrases);
  return set.count(phrase) > 0;
}

}  // namespace poller
