// The words of signatures, folded to lower case: what clients add to mails, and how people say good-bye.
#pragma once

#include <array>

namespace poller {

// clang-format off
// "Sent from ..." and "Get Outlook for ..." in the words of the clients; folded. What follows says which device.
inline constexpr std::array kClientOpenings = {
    "sent from", "sent via", "sent with", "sent using", "sent by", "sent on", "sent through", "get outlook",
    "from my", "send from", "sendt via", "powered by cricket", "gesendet von", "gesendet mit", "gesendet über",
    "gesendet aus", "von meinem", "von meiner", "versendet mit", "versendet von", "outlook für",
    "diese nachricht wurde von meinem", "diese e-mail wurde von meinem", "envoyé de", "envoyé depuis",
    "envoyé à partir", "envoyé avec", "envoyé via", "télécharger outlook", "obtenir outlook", "téléchargez outlook",
    "enviado desde", "enviado de", "enviado do", "enviado da", "enviado via", "enviado con", "enviado por",
    "enviado a partir", "enviada do", "obtener outlook", "obtén outlook", "descargar outlook", "obter o outlook",
    "obtenha o outlook", "inviato da", "inviato dal", "inviata da", "inviato con", "ottieni outlook",
    "scarica outlook", "verzonden met", "verzonden vanaf", "verzonden via", "verstuurd vanaf", "verstuurd met",
    "outlook voor", "outlook downloaden", "skickat från", "skickat via", "skickat med", "hämta outlook",
    "skaffa outlook", "sendt fra", "sendt med", "hent outlook", "få outlook", "last ned outlook", "lähetetty",
    "hanki outlook", "wysłane z", "wysłano z", "wysłane przy", "pobierz outlook", "pobierz program outlook",
    "odesláno z", "odesláno ze", "získat outlook", "stáhnout outlook", "odoslané z", "odoslané zo", "získať outlook",
    "elküldve", "küldve", "az outlook", "outlook beszerzése", "trimis de", "trimis din", "obțineți outlook",
    "descărcați outlook", "изпратено от", "отправлено с", "отправлено из", "отправлено от", "послано с",
    "скачать outlook", "загрузить outlook", "надіслано з", "надіслано із", "відправлено з", "отримати outlook",
    "poslano s", "poslano z", "poslano iz", "poslato sa", "poslato iz", "preuzmite outlook", "saadetud",
    "nosūtīts no", "išsiųsta iš", "στάλθηκε από", "εστάλη από", "λήψη outlook", "أرسلت من", "مرسل من",
    "تم الإرسال من", "أُرسلت من", "נשלח מ", "发自", "發自", "来自", "寄自", "從我的", "从我的", "获取 outlook",
    "取得 outlook", "下载 outlook", "使用", "나의", "내", "outlook for", "ส่งจาก", "gửi từ", "đã gửi từ",
    "được gửi từ", "dikirim dari", "dihantar dari", "enviat des", "enviat amb", "sent frá", "bidalia",
    "obtenga outlook", "baixe o outlook", "baixar o outlook", "pobierz aplikację outlook", "λήψη του outlook",
    "загрузите outlook", "скачайте outlook", "získejte outlook", "získajte outlook", "stiahnuť outlook",
    "завантажити outlook", "завантажте outlook", "verzonden vanuit", "verzonden van", "verstuurd vanuit",
    "verstuurd via", "skickades från", "skickades via", "get bluemail", "descargue outlook", "descarga outlook",
    "installer outlook", "lataa outlook", "töltse le az outlook", "szerezze be az outlook", "изтеглете outlook",
    "получаване на outlook", "получите outlook", "preuzmi outlook", "nabavite outlook", "pridobite outlook",
    "prenesite outlook", "hankige outlook", "iegūt outlook", "gaukite outlook", "قم بتنزيل outlook",
    "الحصول على outlook", "קבל את outlook", "รับ outlook", "tải outlook", "dapatkan outlook", "enviado mediante",
    "enviado através", "enviada desde", "enviat des de", "envoyé par", "inviato tramite", "inviato dall",
    "odesláno pomocí", "wysłane za pomocą", "изпратено с", "отправлено через", "надіслано через", "poslano putem",
    "στάλθηκε με", "dikirim melalui", "gửi bằng",
};

inline constexpr std::array kClientEndings = {
    "gesendet", "gesendet.", "gönderildi", "gönderildi.", "から送信", "から送信されました", "에서 보냄", "보냄",
    "傳送", "发送的", "を入手", "herunterladen", "beziehen", "edinin", "downloaden", "에서 전송", "lähetetty",
    "küldve", "küldött üzenet", "from mobile", "indirin", "다운로드", "から送信しました", "발송",
};

inline constexpr std::array kDeviceWords = {
    "iphone", "iphon", "ipad", "ipod", "ios", "android", "outlook", "mail", "mailbox", "samsung", "galaxy", "htc", "huawei",
    "xiaomi", "redmi", "nokia", "blackberry", "windows", "mobile", "phone", "smartphone", "handy", "mobilgerät",
    "mobiltelefon", "mobiltelefoon", "tablet", "tablette", "téléphone", "telefon", "móvil", "celular", "cellulare",
    "telefono", "teléfono", "yahoo", "gmail", "airmail", "spark", "protonmail", "proton", "aquamail", "typeapp",
    "thunderbird", "gmx", "web.de", "boxer", "nine", "sony", "xperia", "lg", "motorola", "pixel", "oneplus", "mac",
    "macbook", "zimbra", "verizon", "t", "at&t", "newton", "cell", "device", "gerät", "appareil", "dispositivo",
    "телефона", "смартфона", "мобильного", "почты", "mobil", "puhelimesta", "k", "hey", "superhuman", "fairphone",
    "surface", "pc", "app", "ti", "alcatel", "wiko",
    "bluemail", "mailspring", "e-post", "k-9", "fairemail", "ipados",
};

// Names of mail programs that are words too: only where nothing else follows "Sent from".
inline constexpr std::array kClientNames = {
    "front", "missive", "spike", "edison", "polymail", "shift", "mailbird", "postbox", "canary", "mimestream", "twobird",
    "mailplane", "unibox", "inky", "notion", "shortwave", "tempo", "mailbox", "nylas", "n1", "em client", "betterbird",
};

inline constexpr std::array kExcuses = {
    "excuse", "typo", "brevity", "sorry", "forgive", "pardon", "apolog", "entschuldig",
};

inline constexpr std::array kSignOffs = {
    "regards", "best regards", "kind regards", "warm regards", "many thanks", "thanks", "thank you", "best", "cheers",
    "sincerely", "yours sincerely", "best wishes", "br", "mfg", "lg", "vg", "mit freundlichen grüßen",
    "mit freundlichem gruß", "mit freundlichen grüssen", "viele grüße", "beste grüße", "liebe grüße", "gruß", "grüße",
    "danke", "cordialement", "bien cordialement", "cdt", "merci", "salutations", "saludos", "un saludo", "gracias",
    "cordiali saluti", "saluti", "distinti saluti", "grazie", "atenciosamente", "cumprimentos", "obrigado",
    "obrigada", "met vriendelijke groet", "groeten", "groet", "mvg", "bedankt", "med vänliga hälsningar", "mvh",
    "hälsningar", "tack", "med venlig hilsen", "vennlig hilsen", "hilsen", "venlig hilsen", "terveisin", "kiitos",
    "pozdrawiam", "dziękuję", "s pozdravem", "děkuji", "s pozdravom", "üdvözlettel", "köszönöm", "cu stimă",
    "mulțumesc", "с уважением", "спасибо", "з повагою", "дякую", "поздрави", "lp", "lep pozdrav", "pozdrav",
    "srdačan pozdrav", "lugupidamisega", "saygilarimla", "teşekkürler", "με εκτίμηση", "ευχαριστώ", "تحياتي", "شكرا",
    "בברכה", "תודה", "谢谢", "此致", "敬具", "よろしくお願いします", "감사합니다", "trân trọng", "salam",
    "terima kasih", "ขอบคุณ",
};

inline constexpr std::array kDisclaimerWords = {
    "confidential", "vertraulich", "confidentiel", "confidencial", "riservat", "privileged", "vertrouwelijk",
    "konfidentiell", "fortrolig",
};

// "PS:" and what it is in other languages, in front of what one forgot to say above one's name.
inline constexpr std::array kPostscripts = {
    "ps", "p.s", "p. s", "p.-s", "pps", "p.p.s", "pd", "p.d", "p. d", "post scriptum", "postscript", "nb", "n.b",
    "u.i", "ui", "υ.γ", "υγ", "з.ы", "п.с", "p/s", "追伸", "附言", "又及", "추신", "נ.ב", "ملاحظة",
};

// clang-format on

}  // namespace poller
