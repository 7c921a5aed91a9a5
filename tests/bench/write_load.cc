// Writes mails of load_mails.h as files: write_load FOLDER COUNT
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "load_mails.h"

int main(int argc, char** argv) {
  const int count = argc == 3 ? std::atoi(argv[2]) : 0;
  if (count < 1) {
    fmt::print(stderr, "usage: write_load FOLDER COUNT\n");
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    std::ofstream out(folder / fmt::format("{:05}.eml", i), std::ios::binary);
    out << poller::bench::load_mail(i);
    if (!out.flush()) {
      fmt::print(stderr, "cannot write into {}\n", folder.string());
      return 74;
    }
  }
  return 0;
}
