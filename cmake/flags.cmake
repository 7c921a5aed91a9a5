# Warnings are errors; release runs hardened.
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

function(poller_flags target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2 -Werror
    -fstack-protector-strong -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 takes an engaged-or-not std::optional for uninitialized at -O2; clang and the sanitizers look for the real ones.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE POLLER_VERSION="${PROJECT_VERSION}")
  if(POLLER_CRASH_STEPS)
    target_compile_definitions(${target} PRIVATE POLLER_CRASH_STEPS)
  endif()
  if(POLLER_SANITIZE)
    # vptr: it makes a pipe to look at memory, and takes every object for a wrong one where no descriptor is left.
    target_compile_options(${target} PRIVATE -fsanitize=${POLLER_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${POLLER_SANITIZE})
  elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -fstack-clash-protection -fcf-protection)
    target_compile_definitions(${target} PRIVATE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
    target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
  endif()
endfunction()
