// Prints the part trees of mails for tests/differential: a line a part,
// "P<TAB>file<TAB>depth<TAB>type<TAB>name<TAB>hash", and a line a defect, "D<TAB>file<TAB>what". The hash is SHA-256 of
// the decoded bytes of a leaf, "-" for the others and for enclosed messages.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "parsers/attachment_bytes.h"
#include "parsers/mime.h"

namespace {

std::string one_line(std::string s) {
  for (char& c : s) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return s;
}

void print_tree(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string raw{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const poller::Mail mail = poller::parse_mail(raw);
  for (const auto& part : mail.parts) {
    const bool hashed = part.leaf && !part.content_type.starts_with("message/");
    const std::string hash = hashed ? poller::sha256_hex(poller::attachment_bytes(raw, part.body)) : "-";
    std::printf("P\t%s\t%d\t%s\t%s\t%s\n", path.c_str(), part.depth, part.content_type.c_str(),
                one_line(part.filename.value_or("")).c_str(), hash.c_str());
  }
  for (const auto& defect : mail.defects) std::printf("D\t%s\t%s\n", path.c_str(), one_line(defect).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) print_tree(argv[i]);
}
