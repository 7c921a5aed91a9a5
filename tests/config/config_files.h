// A temporary folder of configuration files.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "config/load.h"

namespace poller::test {

class ConfigFolder {
 public:
  ConfigFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "poller-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;
  ~ConfigFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, const std::string& content, unsigned mode = 0600) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
    return file;
  }

  /// `content` as poller.yaml, loaded.
  [[nodiscard]] config::Loaded load(const std::string& content) const {
    return config::load(write("poller.yaml", content));
  }

  /// All complaints, a line each, file names relative to the folder.
  [[nodiscard]] std::string complaints(const config::Loaded& loaded) const {
    const std::string prefix = path_.string() + "/";
    std::string out;
    for (const config::Complaint& complaint : loaded.complaints) {
      std::string line = config::to_string(complaint);
      for (std::size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
        line.erase(at, prefix.size());
      }
      out += line + "\n";
    }
    return out;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace poller::test
