// A library that is loaded when it is first needed, not with the program: libcurl alone brings thirty others along, and
// a command that needs none of them would wait for them all.
#pragma once

#include <string>

namespace poller {

/// Loaded for as long as the process runs. Hold one in a static variable beside the functions found in it: that loads
/// it once, whatever the thread, and tries again where it failed.
class SharedLibrary {
 public:
  /// `soname` as the linker would record it; `package` is named to whoever lacks it. Throws Error(configuration) where
  /// there is no such library, Error(temporary) where it cannot be loaded just now.
  SharedLibrary(const char* soname, const char* package);

  /// Points `function` at the library's (or, where that has none, at one of a library it needs) of this name. Throws
  /// Error(configuration) where there is none.
  template <class F>
  void find(F*& function, const char* name) const {
    function = reinterpret_cast<F*>(address(name));
  }

 private:
  [[nodiscard]] void* address(const char* name) const;
  std::string soname_;
  std::string advice_;
  void* handle_;
};

}  // namespace poller
