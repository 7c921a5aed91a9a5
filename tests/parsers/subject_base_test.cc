#include "parsers/subject_base.h"

#include <doctest/doctest.h>

#include <string>

using poller::subject_base;
using poller::SubjectSays;
using poller::what_subject_says;

TEST_CASE("prefixes of every language go") {
  for (const std::string prefix :
       {"Re:",     "RE:",      "re :",   "Re：",        "Re[2]:", "Re^3:",  "Re(2):", "Re*2:", "Re2:",   "AW:",
        "Antw:",   "Antwort:", "SV:",    "Svar:",       "VS:",    "Vá:",    "Odp:",   "YNT:",  "ATB:",   "RV:",
        "RES:",    "Ref:",     "R:",     "I:",          "RIF:",   "TR:",    "Réf :",  "Fwd:",  "FW:",    "WG:",
        "Doorst:", "VL:",      "VB:",    "Továbbítás:", "İLT:",   "ENC:",   "PD:",    "FS:",   "回复:",  "回复：",
        "答复:",   "转发:",    "回覆：", "轉寄:",       "Отв:",   "Ответ:", "ΑΠ:",    "ΠΡΘ:",  "Betr.:", "השב:",
        "رد:",     "Trs:",     "BLS:",   "답장:",       "転送:",  "Odg:",   "Vast:"}) {
    CAPTURE(prefix);
    CHECK(subject_base(prefix + " Printer on fire") == "Printer on fire");
    CHECK(subject_base("[it] " + prefix + "  Re: " + prefix + "Printer  on\tfire") == "Printer on fire");
  }
}

TEST_CASE("whole words before a colon go too") {
  for (const std::string prefix : {"Réponse :", "Risposta:", "Proslijeđeno:", "Прослеђено:", "НА:", "Прт:", "تحويل:",
                                   "TL:", "CT:", "Переадресовано:"}) {
    CAPTURE(prefix);
    CHECK(subject_base(prefix + " Printer on fire") == "Printer on fire");
  }
}

TEST_CASE("list tags go where they stand in front") {
  CHECK(subject_base("[users] Printer") == "Printer");
  CHECK(subject_base("Re: [users] Re: [T-12] Printer [x]") == "Printer [x]");
  CHECK(subject_base("[users]") == "[users]");
  CHECK(subject_base("Re: [users]") == "[users]");
  CHECK(subject_base("[users Printer") == "[users Printer");
}

TEST_CASE("forwarding in brackets and at the end") {
  CHECK(subject_base("[Fwd: Printer]") == "Printer");
  CHECK(subject_base("[Fwd: [Fwd: Re: Printer]]") == "Printer");
  CHECK(subject_base("Printer (fwd)") == "Printer");
  CHECK(subject_base("Re: Printer (Fwd) (fwd)") == "Printer");
}

TEST_CASE("only prefixes give nothing, no prefix stays") {
  CHECK(subject_base("Re: AW: Fwd:") == "");
  CHECK(subject_base("") == "");
  CHECK(subject_base("  ") == "");
  for (const std::string subject : {"Printer", "Regarding: the printer", "Re", "Rechnung: 12", "Server: down",
                                    "10:15 meeting", "Refund: yes", "WGS: x", ": x"}) {
    CAPTURE(subject);
    CHECK(subject_base(subject) == subject);
  }
}

TEST_CASE("the outermost prefix says whether a mail was forwarded") {
  for (const std::string subject : {"Fwd: a", "FW: RE: a", "WG: a", "[list] TR: a", "[Fwd: a]", "a (fwd)", "转发: a"})
    CHECK_MESSAGE(what_subject_says(subject) == SubjectSays::forward, subject);
  for (const std::string subject : {"Re: Fwd: a", "AW: WG: a", "[list] SV: a", "Vast: a"})
    CHECK_MESSAGE(what_subject_says(subject) == SubjectSays::reply, subject);
  for (const std::string subject : {"a", "", "Forward thinking: a", "[list] a"})
    CHECK_MESSAGE(what_subject_says(subject) == SubjectSays::nothing, subject);
  for (const std::string subject : {"VS: a", "[list] vs : a", "Vs: Re: a"})
    CHECK_MESSAGE(what_subject_says(subject) == SubjectSays::either, subject);
}
