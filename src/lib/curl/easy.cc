#include "lib/curl/easy.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace poller::curl {
namespace {

// Reading the system's bundle costs milliseconds and a megabyte for every connection; its folder of hashed links is
// looked up only as needed. libcurl knows where both are.
bool system_folder_serves(CURL* handle) {
  static const bool serves = [handle] {
    char* folder = nullptr;
    if (library().curl_easy_getinfo(handle, CURLINFO_CAPATH, &folder) != CURLE_OK || folder == nullptr) return false;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
      if (entry.path().extension() == ".0") return true;
    }
    return false;
  }();
  return serves;
}

// libcurl tells of it as of a server that is not there.
bool out_of_descriptors() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

// A connection that fails for want of a descriptor is closed before libcurl tells of it, and then there is one again.
int close_and_look(void* starved, curl_socket_t socket) {
  if (out_of_descriptors()) *static_cast<bool*>(starved) = true;
  return ::close(socket);
}

// As libcurl reads it.
bool is_ca_file(const std::string& path) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  const bool is = store && X509_STORE_load_file(store.get(), path.c_str()) == 1;
  ERR_clear_error();
  return is;
}

std::string environment_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};  // libcurl then looks for all_proxy by itself
}

}  // namespace

Easy::Easy(const char* protocols)
    : seen_(std::make_unique<Handshake>()),
      starved_(std::make_unique<bool>(false)),
      message_(std::make_unique<char[]>(CURL_ERROR_SIZE)) {
  handle_.reset(library().curl_easy_init());
  if (!handle_) throw Error(ErrorKind::ours, "libcurl has no handle for us");
  set(CURLOPT_ERRORBUFFER, message_.get());
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold up the end of an attempt that has timed out.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  set(CURLOPT_CLOSESOCKETFUNCTION, &close_and_look);
  set(CURLOPT_CLOSESOCKETDATA, starved_.get());
  watch_handshake(handle_.get(), seen_.get());
}

CURLcode Easy::perform() {
  *starved_ = false;
  return library().curl_easy_perform(handle_.get());
}

void Easy::trust(const std::string& ca_file) {
  if (!ca_file.empty()) {
    if (access(ca_file.c_str(), R_OK) != 0) {
      throw Error(ErrorKind::configuration, "the CA file cannot be read: " + ca_file,
                  "Check the path in ca_file and its permissions.");
    }
    ca_file_ = ca_file;
    set(CURLOPT_CAINFO, ca_file.c_str());  // the system's folder stays trusted
    set(CURLOPT_PROXY_CAINFO, ca_file.c_str());
  } else if (system_folder_serves(handle_.get())) {
    set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  }
}

void Easy::use_proxy(const std::string& proxy) {
  // libcurl would look for imaps_proxy and the like, which nobody sets; no_proxy it honours in any case.
  const std::string chosen = proxy.empty() ? environment_proxy() : proxy;
  if (!chosen.empty()) set(CURLOPT_PROXY, chosen.c_str());
  set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void Easy::connect_within(std::chrono::milliseconds time) {
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(time.count()));
}

Error Easy::failure(CURLcode code, const Peer& peer) const {
  // A CA file that is one could not be opened just then: another connection has had the last descriptor.
  const bool no_ca_file = code == CURLE_SSL_CACERT_BADFILE && !ca_file_.empty() && is_ca_file(ca_file_);
  if (*starved_ || no_ca_file || out_of_descriptors()) {
    return {ErrorKind::temporary, "this process has too many open files: no connection to " + peer.name(),
            "Allow it more (`ulimit -n`; LimitNOFILE= of the unit): three for each mailbox, and a hundred."};
  }
  return curl::failure(code, peer, std::string_view(message_.get()), *seen_);
}

void Easy::check(CURLcode code) {
  if (code != CURLE_OK)
    throw Error(ErrorKind::ours, std::string("libcurl refuses a setting: ") + library().curl_easy_strerror(code));
}

}  // namespace poller::curl
