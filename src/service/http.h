// A small HTTP server for health and metrics: GET and HEAD, answers of a few kilobytes, nobody signs in. It listens on
// loopback or a Unix socket; another address is the configuration's own choice.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace poller {

struct HttpAnswerText {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  using Handler = std::function<HttpAnswerText()>;

  /// `listen`: "ADDRESS:PORT" or "unix:PATH". The handlers (by path) are called from a thread of the server's own.
  /// Throws Error(configuration) when the address cannot be had.
  HttpServer(const std::string& listen, std::map<std::string, Handler> handlers);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Private;
  std::unique_ptr<Private> private_;
};

}  // namespace poller
