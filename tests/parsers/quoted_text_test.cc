// Which words and lines of mail clients begin a quoted mail, in which languages.
#include <doctest/doctest.h>

#include <string>

#include "kept_text.h"

namespace {

/// Without blanks at the ends of lines.
std::string squeezed(std::string text) {
  for (std::size_t at = text.find(" \n"); at != std::string::npos; at = text.find(" \n")) text.erase(at, 1);
  return text;
}

}  // namespace

TEST_CASE("attributions are known in many languages") {
  const char* const attributions[] = {
      "On Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:",
      "On 3/3/2026 10:15 AM, Ann Lee wrote:",
      "At 10:15 AM 3/3/2026, you wrote:",
      "Am 03.03.2026 um 10:15 schrieb Ann Lee:",
      "Am Di., 3. März 2026 um 10:15 Uhr schrieb Ann Lee <ann@example.com>:",
      "Ann Lee <ann@example.com> schrieb am Di., 3. März 2026 um 10:15:",
      "Le mar. 3 mars 2026 à 10:15, Ann Lee <ann@example.com> a écrit :",
      "El mar, 3 mar 2026 a las 10:15, Ann Lee (<ann@example.com>) escribió:",
      "Il giorno mar 3 mar 2026 alle ore 10:15 Ann Lee <ann@example.com> ha scritto:",
      "Em ter., 3 de mar. de 2026 às 10:15, Ann Lee <ann@example.com> escreveu:",
      "Op di 3 mrt 2026 om 10:15 schreef Ann Lee <ann@example.com>:",
      "Op 3 mrt 2026 om 10:15 heeft Ann Lee <ann@example.com> het volgende geschreven:",
      "Den tis 3 mars 2026 kl 10:15 skrev Ann Lee <ann@example.com>:",
      "tir. 3. mar. 2026 kl. 10:15 skrev Ann Lee <ann@example.com>:",
      "ti 3. maalisk. 2026 klo 10.15 Ann Lee (ann@example.com) kirjoitti:",
      "wt., 3 mar 2026 o 10:15 Ann Lee <ann@example.com> napisał(a):",
      "W dniu 3.03.2026 o 10:15, Ann Lee pisze:",
      "út 3. 3. 2026 v 10:15 odesílatel Ann Lee <ann@example.com> napsal:",
      "ut 3. 3. 2026 o 10:15 Ann Lee <ann@example.com> napísal(a):",
      "Ann Lee <ann@example.com> ezt írta (időpont: 2026. márc. 3., K, 10:15):",
      "În mar., 3 mar. 2026 la 10:15, Ann Lee <ann@example.com> a scris:",
      "На вт, 3.03.2026 г. в 10:15 Ann Lee <ann@example.com> написа:",
      "вт, 3 мар. 2026 г. в 10:15, Ann Lee <ann@example.com>:",
      "03.03.2026 10:15, Ann Lee пишет:",
      "вт, 3 бер. 2026 р. о 10:15 Ann Lee <ann@example.com> пише:",
      "Στις Τρί 3 Μαρ 2026 στις 10:15 π.μ., ο/η Ann Lee <ann@example.com> έγραψε:",
      "Ann Lee <ann@example.com>, 3 Mar 2026 Sal, 10:15 tarihinde şunu yazdı:",
      "uto, 3. ožu 2026. u 10:15 Ann Lee <ann@example.com> napisao je:",
      "V tor., 3. mar. 2026 ob 10:15 je oseba Ann Lee <ann@example.com> napisala:",
      "Kirjutas Ann Lee (<ann@example.com>) kuupäeval T, 3. märts 2026 kell 10:15:",
      "otrd., 2026. g. 3. marts, plkst. 10:15 — lietotājs Ann Lee (<ann@example.com>) rakstīja:",
      "2026-03-03, an, 10:15 Ann Lee <ann@example.com> rašė:",
      "Vào Th 3, 3 thg 3, 2026 vào lúc 10:15 Ann Lee <ann@example.com> đã viết:",
      "Pada tanggal Sel, 3 Mar 2026 pukul 10.15 Ann Lee <ann@example.com> menulis:",
      "ב-יום ג׳, 3 במרץ 2026 ב-10:15 ‪Ann Lee‬‏ <‪ann@example.com‬‏> כתב/ה:",
      "في الثلاثاء، 3 مارس 2026 في 10:15 ص تمت كتابة ما يلي بواسطة Ann Lee <ann@example.com>:",
      "2026年3月3日(火) 10:15 Ann Lee <ann@example.com>:",
      "Ann Lee <ann@example.com> 于2026年3月3日周二 10:15写道：",
      "Ann Lee <ann@example.com> 於 2026年3月3日 週二 上午10:15寫道：",
      "2026년 3월 3일 (화) 오전 10:15, Ann Lee <ann@example.com>님이 작성:",
      "เมื่อ อ. 3 มี.ค. 2026 เวลา 10:15 Ann Lee <ann@example.com> เขียนว่า:",
      "El dia dt., 3 de març 2026 a les 10:15, Ann Lee (<ann@example.com>) va escriure:",
      "---- On Tue, 03 Mar 2026 10:15:00 +0100 Ann Lee <ann@example.com> wrote ----",
  };
  for (const std::string attribution : attributions) {
    CAPTURE(attribution);
    CHECK(is_cut(attribution + "\n> Did it print?\n"));
    CHECK(is_cut(attribution + "\n\nDid it print?\n"));
  }
}

TEST_CASE("attributions are found where a client wrapped them") {
  CHECK(is_cut("On Tue, 3 Mar 2026 at 10:15, A Very Long Name Indeed <\nann@example.com> wrote:\n\n> Did it print?\n"));
  CHECK(is_cut("On Tue, 3 Mar 2026,\nat 10:15,\nAnn Lee <ann@example.com>\nwrote:\n\nDid it print?\n"));
  CHECK(is_cut("Am Di., 3. März 2026 um 10:15 Uhr schrieb Ann Lee <ann@example.com\n>:\n\n> Ging es?\n"));
  CHECK(kept_of("It works.\nOn Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com>\nwrote:\n> Did it?\n") ==
        "It works.");
}

TEST_CASE("header blocks are known in many languages") {
  const char* const blocks[] = {
      "From: Ann Lee <ann@example.com>\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Bo\nSubject: Printer\n",
      "Von: Ann Lee <ann@example.com>\nGesendet: Dienstag, 3. März 2026 10:15\nAn: Bo\nBetreff: Drucker\n",
      "De : Ann Lee <ann@example.com>\nEnvoyé : mardi 3 mars 2026 10:15\nÀ : Bo\nObjet : Imprimante\n",
      "De: Ann Lee\nEnviado el: martes, 3 de marzo de 2026 10:15\nPara: Bo\nAsunto: Impresora\n",
      "De: Ann Lee\nEnviada em: terça-feira, 3 de março de 2026 10:15\nPara: Bo\nAssunto: Impressora\n",
      "Da: Ann Lee\nInviato: martedì 3 marzo 2026 10:15\nA: Bo\nOggetto: Stampante\n",
      "Van: Ann Lee\nVerzonden: dinsdag 3 maart 2026 10:15\nAan: Bo\nOnderwerp: Printer\n",
      "Från: Ann Lee\nSkickat: den 3 mars 2026 10:15\nTill: Bo\nÄmne: Skrivare\n",
      "Fra: Ann Lee\nSendt: 3. marts 2026 10:15\nTil: Bo\nEmne: Printer\n",
      "Lähettäjä: Ann Lee\nLähetetty: tiistai 3. maaliskuuta 2026 10.15\nVastaanottaja: Bo\nAihe: Tulostin\n",
      "Od: Ann Lee\nWysłano: wtorek, 3 marca 2026 10:15\nDo: Bo\nTemat: Drukarka\n",
      "Od: Ann Lee\nOdesláno: úterý 3. března 2026 10:15\nKomu: Bo\nPředmět: Tiskárna\n",
      "Feladó: Ann Lee\nElküldve: 2026. március 3., kedd 10:15\nCímzett: Bo\nTárgy: Nyomtató\n",
      "De la: Ann Lee\nTrimis: marți, 3 martie 2026 10:15\nCătre: Bo\nSubiect: Imprimantă\n",
      "От: Ann Lee\nОтправлено: 3 марта 2026 г. 10:15\nКому: Bo\nТема: Принтер\n",
      "Від: Ann Lee\nНадіслано: 3 березня 2026 р. 10:15\nКому: Bo\nТема: Принтер\n",
      "От: Ann Lee\nИзпратено: 3 март 2026 г. 10:15\nДо: Bo\nОтносно: Принтер\n",
      "Από: Ann Lee\nΣτάλθηκε: Τρίτη, 3 Μαρτίου 2026 10:15\nΠρος: Bo\nΘέμα: Εκτυπωτής\n",
      "Kimden: Ann Lee\nGönderildi: 3 Mart 2026 Salı 10:15\nKime: Bo\nKonu: Yazıcı\n",
      "发件人: Ann Lee\n发送时间: 2026年3月3日 10:15\n收件人: Bo\n主题: 打印机\n",
      "寄件者： Ann Lee\n傳送時間： 2026年3月3日 10:15\n收件者： Bo\n主旨： 印表機\n",
      "差出人: Ann Lee\n送信日時: 2026年3月3日 10:15\n宛先: Bo\n件名: プリンター\n",
      "보낸 사람: Ann Lee\n보낸 날짜: 2026년 3월 3일 10:15\n받는 사람: Bo\n제목: 프린터\n",
      "מאת: Ann Lee\nנשלח: 3 מרץ 2026 10:15\nאל: Bo\nנושא: מדפסת\n",
      "من: Ann Lee\nتم الإرسال: 3 مارس 2026 10:15\nإلى: Bo\nالموضوع: الطابعة\n",
      "*From:* Ann Lee\n*Sent:* Tuesday, March 3, 2026 10:15 AM\n*To:* Bo\n*Subject:* Printer\n",
      "From:   Ann Lee/IT/Example\nTo:     Bo/IT/Example@EXAMPLE\nDate:   03/03/2026 10:15\nSubject:        Printer\n",
      "Date: Tue, 3 Mar 2026 10:15:02 -0600\nTo: bo@example.com\n",
      "From: A Very Long Name\n<ann@example.com>\nSent: Tuesday\nTo: Bo\nSubject: Printer\n",
  };
  for (const std::string block : blocks) {
    CAPTURE(block);
    CHECK(is_cut(block + "\nDid it print?\n"));
    CHECK(is_cut("________________________________\n" + block + "\nDid it print?\n"));
  }
}

TEST_CASE("blanks of any width are blanks in a header block") {
  for (const std::string blank : {"\u00A0", "\u202F", "\u2009", "\u3000"}) {
    CAPTURE(blank);
    CHECK(is_cut("De" + blank + ": Ann Lee <ann@example.com>\nEnvoyé" + blank + ": mardi 3 mars 2026 10:15\nÀ" + blank +
                 ": Bo\nObjet" + blank + ": Imprimante\n\nElle imprime ?\n"));
  }
}

TEST_CASE("header blocks in tables, and in the words of more clients") {
  for (const std::string block :
       {"---- 回复的原邮件 ----\n| 发件人 | Ann Lee<ann@example.com> |\n| 日期 | 2026年03月03日 10:15 |\n| 收件人 | "
        "bo@example.com |\n| 抄送至 | |\n| 主题 | 打印机 |",
        "Siuntėjas: Ann Lee\nIšsiųsta: 2026 m. kovo 3 d. 10:15\nGavėjas: Bo\nTema: Spausdintuvas\n",
        "से: Ann Lee <ann@example.com>\nभेजा गया: 03 मार्च 2026\nको: Bo\nविषय: प्रिंटर\n",
        "Saatja: Ann Lee\nSaatmisaeg: 3. märts 2026 10:15\nTeema: Printer\n",
        "Од: Ann Lee\nИспратено: 3 март 2026\nПредмет: Принтер\n",
        "발신: Ann Lee <ann@example.com>\n보낸 날짜: 2026년 3월 3일\n받는 사람: Bo\n제목: 프린터\n",
        "Från:   Ann Lee/IT/Example\nTill:     Bo/IT/Example@EXAMPLE\nDatum:   2026-03-03 10:15\nÄrende:        "
        "Skrivare\n"}) {
    CAPTURE(block);
    CHECK(is_cut(block + "\nDid it print?\n"));
  }
}

TEST_CASE("a good-bye with a colon or a telephone number above a header block announces nothing") {
  const std::string block = "From: Ann <ann@example.com>\nSent: Tuesday\nTo: Bo\nSubject: Printer\n\nDid it print?\n";
  CHECK(kept_of("It works.\n\nBest regards:\n\n" + block) == "It works.\n\nBest regards:");
  CHECK(kept_of("It works.\n\nTel: 123\n" + block) == "It works.\n\nTel: 123");
}

TEST_CASE("Lotus Notes 6 to 8: labels on lines of their own") {
  for (const std::string head :
       {"Ann Lee <ann@example.com> \n03/03/2026 10:15 AM\n\nTo\nBo Berg <bo@example.com>\ncc\n\nSubject\nRe: Printer\n",
        "\"Ann Lee\" <ann@example.com> \n03/03/2026 10:15 AM\nPlease respond to\nann@example.com\n\n\nTo\n"
        "<bo@example.com>\ncc\n\nSubject\nPrinter\n",
        "Ann Lee/IT/Example\n03.03.2026 10:15\n\nAn\nBo Berg/IT/Example@EXAMPLE\nKopie\n\nThema\nDrucker\n",
        "             Ann Lee                                     \n             <ann@example.com>\n"
        "                                                                        To \n"
        "             03/03/2026 10:15         bo@example.com                       \n"
        "             AM                                                         cc \n"
        "                                                                           \n"
        "                                                                   Subject \n"
        "                                       Re: Printer                         \n"}) {
    CAPTURE(head);
    CHECK(is_cut("\n\n" + head + "\n\n\nDid it print?\n"));
  }
  const std::string form = "Please send this.\n\nTo\nBo Berg\n\nSubject\nPrinter\n\nIt is urgent.";
  CHECK(kept_of(form) == form);
}

TEST_CASE("a phrase between dashes above a header block belongs to it, in any language") {
  const std::string block =
      "Von: Ann Lee <ann@example.com>\nDatum: 3. 3. 2026 10:15\nAn: Bo\nBetreff: Drucker\n\nGing es?\n";
  for (const std::string separator :
       {"-----Original-Nachricht-----", "---------- Původní e-mail ----------", "----- Mail original -----",
        "-------- Orijinal mesaj --------", "------------------ Original ------------------",
        "-----Nachricht eines Programms von morgen-----", "========== Anything ==========\n\n",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐", "——— Xyz ———"}) {
    CAPTURE(separator);
    CHECK(is_cut(separator + "\n" + block));
  }
  CHECK(is_cut(
      "‐‐‐‐‐‐‐ Xyz ‐‐‐‐‐‐‐\nOn Tue, March 3rd, 2026 at 10:15 AM, Ann Lee <ann@example.com> wrote:\n\n> Did it?\n"));
  CHECK(is_cut("-----Original-Nachricht-----\nGing es?\n"));
}

TEST_CASE("Gmail's dashes tell a forwarded mail in any language") {
  const std::string body =
      "See below.\n\n---------- Xyz ---------\nDe: Ann <ann@example.com>\nDate: mar. 3 mars 2026 à "
      "10:15\nSubject: Printer\nTo: Bo\n\nIt is broken.";
  CHECK(kept_of(body) == body);
}

TEST_CASE("GroupWise and Android") {
  CHECK(is_cut(">>> Ann Lee <ann@example.com> 03/03/26 10:15 AM >>>\nDid it print?\n"));
  CHECK(is_cut(">>> \"Ann Lee\" <ann@example.com> 3.3.2026 10:15 >>>\n> Did it print?\n"));
  CHECK(is_cut("---- Ann Lee wrote ----\n\nDid it print?\n"));
  CHECK(is_cut("---- Ann Lee <ann@example.com> schrieb ----\n\nGing es?\n"));
}

TEST_CASE("who and when, alone in a paragraph, is an attribution in any language") {
  for (const std::string attribution :
       {"Missatge de Ann Lee <ann@example.com> del dia dt., 3 de març 2026 a les 10:15:",
        "Noong Mar, Mar 3, 2026 nang 10:15 AM, sinulat ni Ann Lee <ann@example.com> ang:",
        "Wiadomość napisana przez Ann Lee <ann@example.com> w dniu 3 mar 2026, o godz. 10:15:"}) {
    CAPTURE(attribution);
    CHECK(is_cut(attribution + "\n\nDid it print?\n"));
  }
  const std::string body = "On 3 March 2026 at 10:15 I wrote to Ann <ann@example.com> this:\nIt burns.";
  CHECK(kept_of_new(body) == body);
}

TEST_CASE("attributions that begin with the name are found where they were wrapped behind it") {
  const std::string name = "Ann-Christina Lee-Longname <ann-christina.lee-longname@department.example.com>";
  for (const std::string rest :
       {"\n于2026年3月3日周二 10:15写道：", " 於 2026年3月3日 週二\n上午10:15寫道：",
        ", 3 Mar 2026 Sal,\n10:15 tarihinde şunu yazdı:", "\nezt írta (időpont: 2026. márc. 3., K, 10:15):",
        "\nescreveu (terça, 3/03/2026 à(s) 10:15):"}) {
    CAPTURE(rest);
    CHECK(is_cut(name + rest + "\n\n> Did it print?\n"));
  }
  CHECK(is_cut(
      "در تاریخ سه‌شنبه ۳ مارس ۲۰۲۶، ۱۰:۱۵ Ann Lee\n<ann@example.com> نوشت:\n\n> Did "
      "it "
      "print?\n"));
  CHECK(is_cut("Missatge de Ann Lee\n<ann@example.com> del dia dt., 3 de març 2026 a les 10:15:\n\n> Did it print?\n"));
}

TEST_CASE("separators are known with their dashes") {
  for (const std::string separator :
       {"-----Original Message-----", "-----Ursprüngliche Nachricht-----", "-------- Message d'origine --------",
        "-----Mensaje original-----", "----- Messaggio originale -----", "-----Oorspronkelijk bericht-----",
        "-----Original Appointment-----", "*-------- Original Message --------*", "-----원본 메시지-----"}) {
    CAPTURE(separator);
    CHECK(is_cut(separator + "\nDid it print?\n"));
  }
}

TEST_CASE("an answer below the quote is the new text") {
  CHECK(
      kept_of(
          "On Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:\n> Did it print?\n> Ann\n\nYes, it did.\n") ==
      "Yes, it did.");
}

TEST_CASE("interleaved answers are kept whole") {
  const std::string body =
      "On Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:\n> Did it print?\n\nYes.\n\n> In colour?\n\nNo.";
  CHECK(kept_of(body) == body);
  const std::string picked = "Hello Ann,\n\n> Did it print?\nYes.\n\n> In colour?\nNo.";
  CHECK(kept_of(picked) == picked);
  CHECK(kept_of(picked + "\n\nOn Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:\n> All of it\n> again\n") ==
        picked);
}

TEST_CASE("a good-bye below the quote is kept without the quote") {
  CHECK(kept_of("It works.\n\nOn 3/3/2026 10:15 AM, Ann Lee wrote:\n> Did it?\n\nRegards,\nBo\n") ==
        "It works.\n\nRegards,\nBo");
}

TEST_CASE("forwarded mails stay") {
  for (const std::string body :
       {"Please have a look.\n\n---------- Forwarded message ---------\nFrom: Ann <ann@example.com>\nDate: Tue, 3 Mar "
        "2026\nSubject: Printer\nTo: Bo\n\nIt is broken.",
        "FYI\n\nBegin forwarded message:\n\n> From: Ann <ann@example.com>\n> Subject: Printer\n> Date: 3 March 2026\n> "
        "\n> "
        "Broken.",
        "-------- Weitergeleitete Nachricht --------\nBetreff: Drucker\nDatum: Di, 3 Mär 2026\nVon: Ann\nAn: "
        "Bo\n\nKaputt.",
        "Voir ci-dessous.\n\nDébut du message transféré :\n\n> De: Ann <ann@example.com>\n> \n> En panne."}) {
    CAPTURE(body);
    CHECK(kept_of(body) == squeezed(body));
  }
}

TEST_CASE("Outlook's header block is a forwarded mail when the subject says so") {
  const std::string body =
      "Can you help here?\n\nFrom: Ann <ann@example.com>\nSent: Tuesday\nTo: Bo\nSubject: Printer\n\nIt is broken.";
  CHECK(kept_of(body, "FW: Printer") == body);
  CHECK(kept_of(body, "WG: Printer") == body);
  const std::string danish =
      "Kan du hjælpe?\n\nFra: Ann <ann@example.com>\nSendt: 3. marts 2026 10:15\nTil: Bo\nEmne: x\n\nI stykker.";
  CHECK(kept_of(danish, "VS: x") == danish);
  CHECK(kept_of(danish, "SV: x") == "Kan du hjælpe?");
  const std::string finnish =
      "Kiitos.\n\nLähettäjä: Ann\nLähetetty: 3.3.2026 10.15\nVastaanottaja: Bo\nAihe: x\n\nToimiiko?";
  CHECK(kept_of(finnish, "VS: x") == "Kiitos.");
  CHECK(kept_of(body, "Re: FW: Printer") == "Can you help here?");
  CHECK(kept_of(body, "") == "Can you help here?");
}

TEST_CASE("there is always something when there was something") {
  const std::string quote_alone = "On Tue, 3 Mar 2026 at 10:15, Ann <ann@example.com> wrote:\n> Did it print?";
  CHECK(kept_of(quote_alone) == quote_alone);
  CHECK(kept_of("> Did it print?") == "> Did it print?");
  CHECK(kept_of("-- \nBo") == "--\nBo");
  CHECK(kept_of("Sent from my iPhone") == "Sent from my iPhone");
  CHECK(kept_of("\n\n") == "");
}
