#include "parsers/file_name.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace poller {
namespace {

std::string safe(std::string_view name) { return safe_file_name(name).value_or("(none)"); }

TEST_CASE("a file name loses its path, of either kind") {
  CHECK(safe("report.pdf") == "report.pdf");
  CHECK(safe("/etc/passwd") == "passwd");
  CHECK(safe("..\\..\\windows\\win.ini") == "win.ini");
  CHECK(safe("C:\\TEMP\\scan 1.tif") == "scan 1.tif");
  CHECK(safe("C:scan.tif") == "scan.tif");
  CHECK(safe("folder/") == "folder");
  CHECK(safe("Re: offer.eml") == "Re: offer.eml");
}

TEST_CASE("nothing is left of names that are only dots, blanks or slashes") {
  for (const char* name : {"", " ", ".", "..", "/", "\\", "a/..", " . ", "\u200b", "..\u202e"}) {
    CAPTURE(name);
    CHECK_FALSE(safe_file_name(name) == std::optional<std::string>(name));
    CHECK(safe(name).find_first_not_of(".") != std::string::npos);
  }
  CHECK(safe("..") == "(none)");
}

TEST_CASE("hidden characters go") {
  CHECK(safe("invoice\u202efdp.exe") == "invoicefdp.exe");
  CHECK(safe("a\u200b\u2066b\ufeff.txt") == "ab.txt");
  CHECK(safe(std::string_view("a\0b\x01\x7f.txt", 9)) == "ab.txt");
  CHECK(safe("two\tparts\nname.txt") == "two parts name.txt");
  CHECK(safe("می\u200cخواهم.pdf") == "می\u200cخواهم.pdf");
  CHECK(safe("..\u200b/..\u200b/x") == "x");
}

TEST_CASE("device names, trailing dots and leading dots are defused") {
  CHECK(safe("CON") == "_CON");
  CHECK(safe("nul.txt") == "_nul.txt");
  CHECK(safe("com1.tar.gz") == "_com1.tar.gz");
  CHECK(safe("LPT\u00b2") == "_LPT\u00b2");
  CHECK(safe("console.log") == "console.log");
  CHECK(safe("command.com") == "command.com");
  CHECK(safe("setup.exe. . ") == "setup.exe");
  CHECK(safe(".bashrc") == "_.bashrc");
}

TEST_CASE("long names are cut between characters and keep their extension") {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "ü";
  const std::string cut = safe(name + ".tar");
  CHECK(cut.size() <= 255);
  CHECK(cut.size() > 250);
  CHECK(cut.ends_with("ü.tar"));
  CHECK(text::is_utf8(cut));
  CHECK(safe(std::string(300, 'a')).size() == 255);
  CHECK(safe("a." + std::string(300, 'b')).size() == 255);
}

TEST_CASE("a file that is written has a name that Windows takes too") {
  CHECK(portable_file_name("Re: what? \"a\" <b>|c*.txt") == "Re_ what_ _a_ _b__c_.txt");
  CHECK(portable_file_name("l\xc3\xb6ng (1).pdf") == "l\xc3\xb6ng (1).pdf");
}

TEST_CASE("a nameless attachment is named by its type") {
  CHECK(made_up_file_name("application/pdf", 3) == "attachment-3.pdf");
  CHECK(made_up_file_name("IMAGE/JPEG; name=x", 1) == "attachment-1.jpg");
  CHECK(made_up_file_name("message/rfc822", 2) == "attachment-2.eml");
  CHECK(made_up_file_name("text/x-whatever", 1) == "attachment-1.txt");
  CHECK(made_up_file_name("", 7) == "attachment-7.bin");
}

}  // namespace
}  // namespace poller
