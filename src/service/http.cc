#include "service/http.h"

#include <microhttpd.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "base/shared_library.h"
#include "service/listen.h"

namespace poller {
namespace {

// Who connects and says nothing must keep nobody out: room for many of them, and none stays for long.
constexpr unsigned kMostConnections = 100;
constexpr unsigned kSeconds = 2;
constexpr std::size_t kRequestBytes = std::size_t{16} * 1024;

struct Microhttpd {
  Microhttpd() {
    const SharedLibrary file(POLLER_MICROHTTPD_SONAME, POLLER_MICROHTTPD_PACKAGE);
    file.find(MHD_start_daemon, "MHD_start_daemon");
    file.find(MHD_stop_daemon, "MHD_stop_daemon");
    file.find(MHD_create_response_from_buffer, "MHD_create_response_from_buffer");
    file.find(MHD_add_response_header, "MHD_add_response_header");
    file.find(MHD_queue_response, "MHD_queue_response");
    file.find(MHD_destroy_response, "MHD_destroy_response");
  }

  decltype(&::MHD_start_daemon) MHD_start_daemon;
  decltype(&::MHD_stop_daemon) MHD_stop_daemon;
  decltype(&::MHD_create_response_from_buffer) MHD_create_response_from_buffer;
  decltype(&::MHD_add_response_header) MHD_add_response_header;
  decltype(&::MHD_queue_response) MHD_queue_response;
  decltype(&::MHD_destroy_response) MHD_destroy_response;
};

const Microhttpd& microhttpd() {
  static const Microhttpd loaded;
  return loaded;
}

MHD_Result answer_with(MHD_Connection* connection, const HttpAnswerText& answer, const char* allow = nullptr) {
  const Microhttpd& http = microhttpd();
  MHD_Response* response = http.MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  http.MHD_add_response_header(response, "Content-Type", answer.type.c_str());
  http.MHD_add_response_header(response, "Cache-Control", "no-store");
  http.MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
  if (allow != nullptr) http.MHD_add_response_header(response, "Allow", allow);
  const MHD_Result result = http.MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  http.MHD_destroy_response(response);
  return result;
}

}  // namespace

struct HttpServer::Private {
  std::map<std::string, Handler> handlers;
  std::string socket_file;
  MHD_Daemon* daemon = nullptr;

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url, const char* method,
                               const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                               void** /*state*/) {
    *upload_size = 0;  // a body is read over
    if (std::strcmp(method, "GET") != 0 && std::strcmp(method, "HEAD") != 0) {
      return answer_with(connection, {405, "text/plain; charset=utf-8", "GET or HEAD\n"}, "GET, HEAD");
    }
    const auto& handlers = static_cast<const Private*>(self)->handlers;
    const auto found = handlers.find(url);
    if (found == handlers.end()) {
      std::string paths = "not here; there is:\n";
      for (const auto& [path, handler] : handlers) paths += path + "\n";
      return answer_with(connection, {404, "text/plain; charset=utf-8", paths});
    }
    try {
      return answer_with(connection, found->second());
    } catch (const std::exception& error) {
      log::error("an HTTP request failed", {{"path", url}, {"error", error.what()}});
      return answer_with(connection, {500, "text/plain; charset=utf-8", "a fault; see the log\n"});
    }
  }
};

HttpServer::HttpServer(const std::string& listen, std::map<std::string, Handler> handlers)
    : private_(std::make_unique<Private>()) {
  private_->handlers = std::move(handlers);
  if (listen.rfind("unix:", 0) == 0) private_->socket_file = listen.substr(5);
  const Microhttpd& http = microhttpd();
  const int socket = listen_at(listen);
  // poll(): with select() a process of many mailboxes, whose descriptors are larger than 1,023, would answer nobody.
  private_->daemon = http.MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC, 0, nullptr, nullptr,
                                           &Private::on_request, private_.get(), MHD_OPTION_LISTEN_SOCKET, socket,
                                           MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_CONNECTION_TIMEOUT,
                                           kSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kRequestBytes, MHD_OPTION_END);
  if (private_->daemon == nullptr) {
    ::close(socket);
    throw Error(ErrorKind::ours, "the HTTP server does not start on " + listen);
  }
}

HttpServer::~HttpServer() {
  microhttpd().MHD_stop_daemon(private_->daemon);
  if (!private_->socket_file.empty()) ::unlink(private_->socket_file.c_str());
}

}  // namespace poller
