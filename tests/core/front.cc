// A test-only HTTP front of the native core, for the conformance suite: one thread, one connection at a time
// ready to be read, HTTP/1.1 with Content-Length, on the loopback. Whoever asks is reader, writer and
// customer C-42.
//
//   front [options JSON]        prints the port it listens on, serves until its standard input ends
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"
#include "headers.h"

namespace {

std::string Lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] std::string Header(std::string_view name) const {
    for (const auto& [one, value] : headers) {
      if (Lower(one) == name) return value;
    }
    return "";
  }
};

// Takes one whole request off the front of `bytes`; false if more has to come.
bool TakeRequest(std::string* bytes, HttpRequest* out) {
  const size_t end = bytes->find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string head = bytes->substr(0, end + 2);
  *out = HttpRequest();
  size_t at = head.find("\r\n");
  const std::string line = head.substr(0, at);
  out->method = line.substr(0, line.find(' '));
  out->target = line.substr(out->method.size() + 1, line.rfind(' ') - out->method.size() - 1);
  for (at += 2; at < head.size();) {
    const size_t next = head.find("\r\n", at);
    const std::string one = head.substr(at, next - at);
    const size_t colon = one.find(':');
    const size_t value = one.find_first_not_of(' ', colon + 1);
    out->headers.emplace_back(one.substr(0, colon), value == std::string::npos ? "" : one.substr(value));
    at = next + 2;
  }
  const size_t length = std::strtoul(out->Header("content-length").c_str(), nullptr, 10);
  if (bytes->size() < end + 4 + length) return false;
  out->body = bytes->substr(end + 4, length);
  bytes->erase(0, end + 4 + length);
  return true;
}

class Front {
 public:
  explicit Front(std::string_view options) : random_("/dev/urandom", std::ios::binary) {
    if (!options.empty() && engine_.Configure(options)) std::abort();
  }

  std::string Answer(const HttpRequest& request) {
    std::string body;
    anon::Response response;
    for (std::string target = request.target; !target.empty();) {
      response = engine_.Execute(Message(request, target), Now());
      body += response.body;
      target.clear();
      for (const auto& [name, value] : anon::HeadersOf(response.headers)) {
        if (name == "Next") target = value;
      }
    }
    const uint64_t sequence = engine_.sequence() + 1;
    const std::string file = engine_.Seal(sequence);
    if (!file.empty()) engine_.Commit(sequence, file.size());

    std::string out = "HTTP/1.1 " + std::to_string(response.status) + " .\r\n";
    for (const auto& [name, value] : anon::HeadersOf(response.headers)) {
      if (name != "Next") out += name + ": " + value + "\r\n";
    }
    if (!body.empty()) out += "Content-Type: application/json\r\n";
    if (response.status != 204) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out + "\r\n" + body;
  }

 private:
  std::string Message(const HttpRequest& request, const std::string& target) {
    std::string message(16, '\0');
    random_.read(message.data(), 16);
    message += request.method + ' ' + target + "\nRole: reader writer\nCustomer: C-42\n";
    for (const char* name : {"contactcenterid", "groupid", "idempotency-key", "content-type"}) {
      if (const std::string value = request.Header(name); !value.empty()) {
        message += std::string(name) + ": " + value + '\n';
      }
    }
    return message + '\n' + request.body;
  }

  static int64_t Now() {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  anon::Engine engine_;
  std::ifstream random_;
};

bool WriteAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Front front(argc > 1 ? argv[1] : "");
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 64) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("front");
    return 1;
  }
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  std::map<int, std::string> connections;
  for (;;) {
    std::vector<pollfd> ready = {{STDIN_FILENO, POLLIN, 0}, {listener, POLLIN, 0}};
    for (const auto& [socket, bytes] : connections) ready.push_back({socket, POLLIN, 0});
    if (poll(ready.data(), ready.size(), -1) < 0) return 1;
    if (ready[0].revents != 0) return 0;
    if (ready[1].revents != 0) connections[accept(listener, nullptr, nullptr)];
    for (size_t i = 2; i < ready.size(); ++i) {
      if (ready[i].revents == 0) continue;
      const int socket = ready[i].fd;
      std::string part(65536, '\0');
      const ssize_t got = recv(socket, part.data(), part.size(), 0);
      bool open = got > 0;
      if (open) connections[socket].append(part, 0, static_cast<size_t>(got));
      HttpRequest request;
      while (open && TakeRequest(&connections[socket], &request))
        open = WriteAll(socket, front.Answer(request));
      if (!open) {
        close(socket);
        connections.erase(socket);
      }
    }
  }
}
