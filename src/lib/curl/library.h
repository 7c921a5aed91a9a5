// libcurl, loaded with the first connection. Its functions have their own names here.
#pragma once

#include <curl/curl.h>

namespace poller::curl {

struct Library {
  Library();

  decltype(&::curl_global_init) curl_global_init;
  decltype(&::curl_free) curl_free;
  decltype(&::curl_easy_init) curl_easy_init;
  decltype(&::curl_easy_cleanup) curl_easy_cleanup;
  decltype(&::curl_easy_setopt) curl_easy_setopt;
  decltype(&::curl_easy_getinfo) curl_easy_getinfo;
  decltype(&::curl_easy_perform) curl_easy_perform;
  decltype(&::curl_easy_recv) curl_easy_recv;
  decltype(&::curl_easy_send) curl_easy_send;
  decltype(&::curl_easy_strerror) curl_easy_strerror;
  decltype(&::curl_slist_append) curl_slist_append;
  decltype(&::curl_slist_free_all) curl_slist_free_all;
  decltype(&::curl_url) curl_url;
  decltype(&::curl_url_cleanup) curl_url_cleanup;
  decltype(&::curl_url_get) curl_url_get;
  decltype(&::curl_url_set) curl_url_set;
};

/// Loaded and initialised once, whatever the thread.
const Library& library();

}  // namespace poller::curl
