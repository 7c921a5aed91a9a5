#include "lib/curl/library.h"

#include "base/error.h"
#include "base/shared_library.h"

namespace poller::curl {

Library::Library() {
  const SharedLibrary file(POLLER_CURL_SONAME, POLLER_CURL_PACKAGE);
  file.find(curl_global_init, "curl_global_init");
  file.find(curl_free, "curl_free");
  file.find(curl_easy_init, "curl_easy_init");
  file.find(curl_easy_cleanup, "curl_easy_cleanup");
  file.find(curl_easy_setopt, "curl_easy_setopt");
  file.find(curl_easy_getinfo, "curl_easy_getinfo");
  file.find(curl_easy_perform, "curl_easy_perform");
  file.find(curl_easy_recv, "curl_easy_recv");
  file.find(curl_easy_send, "curl_easy_send");
  file.find(curl_easy_strerror, "curl_easy_strerror");
  file.find(curl_slist_append, "curl_slist_append");
  file.find(curl_slist_free_all, "curl_slist_free_all");
  file.find(curl_url, "curl_url");
  file.find(curl_url_cleanup, "curl_url_cleanup");
  file.find(curl_url_get, "curl_url_get");
  file.find(curl_url_set, "curl_url_set");
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw Error(ErrorKind::ours, "libcurl cannot be initialised");
  }
}

const Library& library() {
  static const Library loaded;
  return loaded;
}

}  // namespace poller::curl
