#include "node.h"

#include <stdexcept>

#include "temp_dir.h"

namespace poller::support {

Arguments node_program(const std::string& script, const Arguments& arguments) {
  const auto folder = source_dir() / "tests/support/node";
  if (!std::filesystem::exists(folder / "node_modules"))
    throw std::runtime_error("no " + (folder / "node_modules").string() + ": scripts/test installs it");
  Arguments all{"node", (folder / script).string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace poller::support
