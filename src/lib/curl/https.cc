#include "lib/curl/https.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <memory>

#include "base/secret.h"
#include "base/steps.h"
#include "base/text.h"
#include "base/trace.h"
#include "lib/curl/easy.h"

namespace poller {
namespace {

struct UrlParts {
  std::string scheme;
  std::string path;
  curl::Peer peer;
};

UrlParts take_apart(const std::string& url) {
  const curl::Library& library = curl::library();
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(library.curl_url(), library.curl_url_cleanup);
  const auto part = [&](CURLUPart what) {
    char* text = nullptr;
    const CURLUcode rc = library.curl_url_get(parsed.get(), what, &text, CURLU_DEFAULT_PORT);
    std::string out = rc == CURLUE_OK ? text : "";
    library.curl_free(text);
    return out;
  };
  UrlParts out;
  out.peer.keys = "oauth";
  if (parsed && library.curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK) {
    out.scheme = part(CURLUPART_SCHEME);
    out.path = part(CURLUPART_PATH);
    out.peer.host = part(CURLUPART_HOST);
    std::uint64_t port = 0;
    if (text::parse_uint(part(CURLUPART_PORT), port)) out.peer.port = static_cast<std::uint16_t>(port);
  }
  return out;
}

bool is_loopback(std::string host) {
  if (host == "localhost") return true;  // libcurl maps the name to loopback itself
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

struct Collected {
  HttpResponse response;
  std::size_t max_body = 0;
  bool too_long = false;
};

// Grows without leaving copies of what may be a token in freed memory.
void append_wiping(std::string& to, std::string_view piece) {
  if (to.size() + piece.size() > to.capacity()) {
    std::string larger;
    larger.reserve((to.size() + piece.size()) * 2 + 4096);
    larger.append(to);
    to.swap(larger);
    Secret::wipe(larger);
  }
  to.append(piece);
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& into = *static_cast<Collected*>(user);
  const std::size_t n = size * count;
  if (into.response.body.size() + n > into.max_body) {
    into.too_long = true;
    return 0;
  }
  append_wiping(into.response.body, {data, n});
  return n;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& headers = static_cast<Collected*>(user)->response.headers;
  const std::string_view line(data, size * count);
  if (text::istarts_with(line, "HTTP/")) headers.clear();  // an interim answer's are not the answer's
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && headers.size() < 200) {
    headers[text::to_lower(text::trim(line.substr(0, colon)))] = std::string(text::trim(line.substr(colon + 1)));
  }
  return size * count;
}

void check_url(const std::string& url, const UrlParts& parts) {
  if (parts.scheme == "https" || (parts.scheme == "http" && is_loopback(parts.peer.host))) return;
  throw Error(ErrorKind::configuration, fmt::format("not an https:// URL: {}", text::escape_controls(url)),
              "Secrets are sent over https:// alone; http:// is for loopback addresses.");
}

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl::library().curl_slist_free_all(list); }
};

HttpResponse transfer(const HttpOptions& options, const std::string& url, const std::string_view* form) {
  const UrlParts parts = take_apart(url);
  check_url(url, parts);
  curl::Easy easy(parts.scheme == "https" ? "https" : "http");
  Collected collected;
  collected.max_body = options.max_body;
  const std::unique_ptr<curl_slist, FreeList> fields(
      curl::library().curl_slist_append(nullptr, "Accept: application/json"));
  easy.set(CURLOPT_URL, url.c_str());
  easy.set(CURLOPT_FORBID_REUSE, 1L);
  easy.set(CURLOPT_HTTPHEADER, fields.get());
  easy.set(CURLOPT_USERAGENT, "poller/" POLLER_VERSION);
  easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  easy.trust(options.ca_file);
  if (parts.scheme == "http") {
    easy.set(CURLOPT_PROXY, "");
  } else {
    easy.use_proxy(options.proxy);
  }
  easy.connect_within(options.timeout);
  easy.set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  easy.set(CURLOPT_WRITEFUNCTION, on_body);
  easy.set(CURLOPT_WRITEDATA, &collected);
  easy.set(CURLOPT_HEADERFUNCTION, on_header);
  easy.set(CURLOPT_HEADERDATA, &collected);
  if (form != nullptr) {
    easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form->size()));
    easy.set(CURLOPT_POSTFIELDS, form->data());  // not copied
    easy.set(CURLOPT_POST, 1L);
    step("http post");
  }
  const Trace trace(parts.scheme == "https" ? "https" : "http", {}, parts.peer.name());
  trace.sent(form != nullptr ? fmt::format("POST {} ({} bytes)", parts.path, form->size()) : "GET " + parts.path);
  const CURLcode code = easy.perform();
  if (collected.too_long) {
    Secret::wipe(collected.response.body);
    throw Error(ErrorKind::limit,
                fmt::format("the answer of {} is longer than {} bytes", parts.peer.name(), options.max_body));
  }
  if (code != CURLE_OK) {
    Secret::wipe(collected.response.body);
    const Error error = easy.failure(code, parts.peer);
    if (curl::is_lasting(code, easy.message(), easy.handshake())) throw LastingFailure(error);
    throw error;
  }
  collected.response.status = easy.info<long>(CURLINFO_RESPONSE_CODE);
  if (const auto it = collected.response.headers.find("content-type"); it != collected.response.headers.end()) {
    collected.response.content_type = it->second;
  }
  trace.received(fmt::format("{} {} ({} bytes)", collected.response.status, collected.response.content_type,
                             collected.response.body.size()));
  return std::move(collected.response);
}

}  // namespace

HttpResponse http_post_form(const HttpOptions& options, const std::string& url, std::string_view body) {
  return transfer(options, url, &body);
}

HttpResponse http_get(const HttpOptions& options, const std::string& url) { return transfer(options, url, nullptr); }

}  // namespace poller
