// The loader of poller.yaml: any text gives a configuration or complaints with their places, and what it understood,
// written out by dump_masked(), is understood again as the same.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "config/complaints.h"
#include "config/load.h"
#include "config/yaml_tree.h"
#include "require.h"

namespace {

namespace config = poller::config;

void check_tree(const std::string& text) {
  config::Complaints complaints;
  const auto tree = config::parse_yaml(text, "poller.yaml", complaints);
  for (const auto& node : tree.nodes) {
    require(node.height <= config::kDeepestYaml + 1, "the tree is not too deep");
    require(node.line >= 0 && node.column >= 0, "every node has a place");
  }
  require(tree.root == nullptr || tree.root->size <= config::kMostYamlNodes, "the tree is not too large");
}

const std::filesystem::path& scratch() {
  static const std::filesystem::path folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "poller-fuzz-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "a folder for the configuration");
    return std::filesystem::path(name);
  }();
  return folder;
}

config::Loaded loaded(const std::string& text) {
  const auto file = scratch() / "poller.yaml";
  std::ofstream(file, std::ios::binary) << text;
  return config::load(file);
}

void check_load(const std::string& text) {
  const auto first = loaded(text);
  for (const auto& complaint : first.complaints) require(!complaint.text.empty(), "a complaint says something");
  if (!first.ok()) {
    require(!first.complaints.empty(), "who refuses says why");
    return;
  }
  const auto dumped = config::dump_masked(first.config);
  const auto second = loaded(dumped);
  require(second.ok(), "what is written out is understood");
  require(config::dump_masked(second.config) == dumped, "and means the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_tree(text);
  // Globs and files outside are the system's business, not the loader's.
  if (text.find("include") == std::string::npos) check_load(text);
  return 0;
}
