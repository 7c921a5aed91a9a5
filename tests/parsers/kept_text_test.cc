// What only looks like a quoted mail, and signatures.
#include <doctest/doctest.h>

#include <string>

#include "kept_text.h"

using poller::new_text;

TEST_CASE("a mail that answers none keeps what only looks like a quoted mail") {
  for (const std::string body :
       {"You have a new message:\n\nFrom: Bo Berg <bo@example.com>\nSubject: Broken door\n\nMessage body:\nIt is "
        "broken.",
        "A request came in.\n\nDate: 2026-03-03 10:15\nFrom: Bo (bo@example.com)\nSubject: Door\nMessage: It is "
        "broken.",
        "New fax received\n\nFrom: +49 30 1234\nDate: 03.03.2026 10:15\nTo: 9999\nSubject: Fax\nPages: 3",
        "I got this, please block it:\n\nFrom: evil@example.net\nTo: bo@example.com\nSubject: Win\nDate: Tue, 3 Mar "
        "2026 10:15:00 +0100\n\nClick here",
        "Why did it not arrive? The header:\n\nReceived: from a by b\nFrom: ann@example.com\nTo: "
        "bo@example.com\nSubject: "
        "Test\nDate: Tue, 3 Mar 2026 10:15:00 +0100\nMessage-ID: <1@example.com>",
        "Meeting\n\nSubject: Kickoff\nDate: 3 March 2026\nTo: all\n\nPlease confirm.",
        "Chat transcript\n\n[10:15] Bo wrote:\nThe door is broken.\n[10:16] Ann wrote:\nWe are on it."}) {
    CAPTURE(body);
    CHECK(kept_of_new(body) == body);
  }
}

TEST_CASE("a mail that answers none by its header loses a quote that is proven") {
  const std::string body = "Thanks, that helped.";
  for (const std::string quote :
       {"From: Ann Lee <ann@example.com>\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Bo\nSubject: Printer\n\nDid it?",
        "From: Ann Lee\nSent: Tuesday, March 3, 2026 10:15 AM\nTo: Bo\nSubject: Printer\n\nDid it?",
        "________________________________\nFrom: Ann Lee\nSent: Tuesday\nTo: Bo\nSubject: Printer\n\nDid it?",
        "________________________________\nFrom: Ann <ann@example.com>\nTo: Bo\nSubject: Printer\n\nDid it?",
        "-----Original Message-----\nFrom: Ann\nSubject: Printer\n\nDid it?",
        "On Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:\n\nDid it?", "Ann Lee wrote:\n> Did it?"}) {
    CAPTURE(quote);
    CHECK(kept_of_new(body + "\n\n" + quote) == body);
  }
  const std::string form = "From: Bo <bo@example.com>\nSubject: Door\n\nMessage:\nIt is broken.";
  CHECK(new_text("A message:\n\n" + form, "", {"Door", true}).text == "A message:\n\n" + form);
  CHECK(new_text(body + "\n\nFrom: Ann\nSent: Tuesday\nTo: Bo\nSubject: x\n\nDid it?", "", {"Door", true}).text ==
        body);
}

TEST_CASE("fields that the sender announces are no quoted mail, nor is a part of them") {
  for (const std::string body :
       {"Please rebook my ticket:\n\nFrom: Berlin\nTo: Paris\nDate: 3 March 2026\nSubject: ticket 77\n\nIt is urgent.",
        "Name: Bo\nFrom: bo@example.com\nDate: 2026-03-03\nSubject: Broken door\n\nPlease mend it."}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
}

TEST_CASE("lines that the sender shows with > stay") {
  for (const std::string body : {"Here is my log:\n\n> ERROR 1\n> ERROR 2", "Here is my log:\n> ERROR 1\n\nThanks"}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
  CHECK(is_cut("According to Ann:\n> Did it print?\n"));
  CHECK(is_cut("Ann idatzi du 2026-03-03:\n> Did it print?\n"));
}

TEST_CASE("what only looks like a quote stays") {
  for (const std::string body :
       {"On Monday:\nThe printer on floor 2 is broken.\nOn Tuesday:\nThe one on floor 3.",
        "My colleague wrote:\nplease order 3 new ones, for 2 rooms.",
        "From: Berlin\nTo: Hamburg\nDate: 3 May\nPlease book a train.",
        "Name: Bo\nPhone: 123\nSubject: Printer\nIt does not print.", "He wrote in 2019 that it must:\nprint.",
        "Times:\n2026-03-03 10:15\n2026-03-04 11:00\nare good.", "Look at -- this -- please."}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
}

TEST_CASE("signatures are taken off and told") {
  const auto result = new_text("It works.\n\nRegards,\nBo\n\n-- \nBo Berg\nExample Ltd\n", "");
  CHECK(result.text == "It works.\n\nRegards,\nBo");
  CHECK(result.signature.value_or("") == "--\nBo Berg\nExample Ltd");
  CHECK(new_text("It works.\n\n—\nBo Berg\nExample", "").signature.value_or("") == "—\nBo Berg\nExample");
  CHECK_FALSE(new_text("It works.", "").signature.has_value());
}

TEST_CASE("lines that clients add are signatures in many languages") {
  for (const std::string line : {"Sent from my iPhone",
                                 "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
                                 "Get Outlook for Android",
                                 "Sent from Yahoo Mail on Android",
                                 "Sent from my Galaxy",
                                 "Von meinem iPhone gesendet",
                                 "Gesendet mit der GMX Mail App",
                                 "Outlook für Android herunterladen",
                                 "Envoyé de mon iPhone",
                                 "Télécharger Outlook pour iOS",
                                 "Enviado desde mi iPhone",
                                 "Enviado do meu iPhone",
                                 "Inviato da iPhone",
                                 "Verstuurd vanaf mijn iPhone",
                                 "Skickat från min iPhone",
                                 "Sendt fra min iPhone",
                                 "Lähetetty iPhonesta",
                                 "Wysłane z iPhone'a",
                                 "Odesláno z iPhonu",
                                 "Küldve az iPhone-omról",
                                 "Trimis de pe iPhone-ul meu",
                                 "Отправлено с iPhone",
                                 "Надіслано з iPhone",
                                 "iPhone'umdan gönderildi",
                                 "Στάλθηκε από το iPhone μου",
                                 "从我的 iPhone 发送",
                                 "iPhoneから送信",
                                 "나의 iPhone에서 보냄",
                                 "נשלח מה-iPhone שלי",
                                 "أرسلت من الـ iPhone",
                                 "ส่งจาก iPhone ของฉัน",
                                 "Gửi từ iPhone của tôi",
                                 "Dikirim dari iPhone saya",
                                 "Enviat des del meu iPhone"}) {
    CAPTURE(line);
    const auto result = new_text("It works.\n\n" + line + "\n", "");
    CHECK(result.text == "It works.");
    CHECK(result.signature.value_or("") == line);
  }
}

TEST_CASE("more lines that clients add") {
  for (const std::string line :
       {"发自我的iPhone", "Obtenga Outlook para iOS<https://aka.ms/o0ukef>", "Загрузите Outlook для iOS",
        "Get BlueMail for Android", "Sent from Front", "Verzonden vanuit Outlook",
        "Sent from my Verizon, Samsung Galaxy smartphone", "Skickades från E-post för Windows",
        "Pobierz aplikację Outlook dla systemu iOS", "Baixe o Outlook para iOS",
        "Android için Outlook'u edinin<aka.ms/x>", "Λήψη του Outlook για iOS", "Získejte Outlook pro iOS",
        "Sent from my BlackBerry 10 smartphone on the Verizon Wireless 4G LTE network."}) {
    CAPTURE(line);
    CHECK(kept_of("It works.\n\n" + line + "\n") == "It works.");
  }
}

TEST_CASE("text between rules is no signature") {
  for (const std::string body :
       {"Order 5\n\n-----------------\n2x chair\n1x table\n-----------------\nTotal: 100 EUR",
        "Order:\n\n_________________\n2x chair\n_________________\nTotal: 100 EUR",
        "I get this error:\n\n-----\nError 500\n-----\n\nPlease help.", "My data:\n--\nName: Bo\nProblem: it burns",
        "First item\n_____\nSecond item is longer than the first one"}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
  CHECK(new_text("It works.\n\n--\nBo\n----------\nExample Ltd", "").text == "It works.");
}

TEST_CASE("a postscript below the signature is new text") {
  const auto result =
      new_text("It works.\n\n-- \nBo Berg\n\nPS: The one on floor 3 is broken too.\n\nSent from my iPhone", "");
  CHECK(result.text == "It works.\n\nPS: The one on floor 3 is broken too.");
  CHECK(result.signature.value_or("") == "--\nBo Berg\n\nSent from my iPhone");
}

TEST_CASE("sentences about sending stay") {
  for (const std::string body :
       {"It works.\n\nSent from my desk, which is easier.",
        "It works.\n\nSent from my desk, far easier than on my mobile phone.",
        "It works.\n\nSent from front office yesterday.", "The mail was sent from my iPhone app.",
        "Sent from warehouse 3 yesterday by the driver."}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
}

TEST_CASE("rules and lists inside a text are no signatures") {
  for (const std::string body :
       {"Service   Date\n---------------\nWeb  June\nMail  July", "Because of:\n-- the first point\n-- the second",
        "# Title\n----\n\nText\n\n----\n\nMore text that goes on."}) {
    CAPTURE(body);
    CHECK(kept_of(body) == body);
  }
}
