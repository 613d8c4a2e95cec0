// Random histories of good and bad operations over tenants and time, some rolled back, some reopened: what is
// read again is what was there, and what was refused changed nothing. The seeds are fixed.
#include <gtest/gtest.h>

#include <random>

#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  Host host;

  // Runs one operation picked at random.
  Result Step() {
    host.now += static_cast<int64_t>(Pick(20000));
    host.who = {{"Role", "local"}};
    if (Pick(8) == 0) host.who.emplace_back("ContactCenterId", "north");
    if (Pick(8) == 0) host.who.emplace_back("GroupId", Pick(2) == 0 ? "sales" : "support");
    const std::string& id = ids_[Pick(ids_.size())];
    const std::string service = "services/" + id;
    const std::string customer = Pick(9) == 0 ? "null" : "C-" + std::to_string(Pick(2));
    const std::string part = Pick(2) == 0 ? "/states" : "/tasks";
    const std::string number = "/" + std::to_string(Pick(3));
    switch (Pick(16)) {
      case 0:
      case 1:
      case 2:
        return Started(host.Execute("POST", "services/start", Service(), Key()));
      case 3:
        return host.Execute("POST", service + "/end", Body());
      case 4:
        return host.Execute("POST", "customers/" + customer + "/" + service, Body());
      case 5:
        return host.Execute("POST", service + part + "/start", Pick(3) == 0 ? R"({"state_id":1})" : Body());
      case 6:
        return host.Execute("POST", service + part + number + "/end", Body());
      case 7:
        return host.Execute("POST", service + "/states/transition",
                            R"({"from":{"state_id":)" + number.substr(1) + R"(},"to":)" + Body() + "}");
      case 8:
        return host.Execute("PUT", service + "/extensions/Cart" + (Pick(2) == 0 ? "" : "/merge"), Body());
      case 9:
        return host.Execute("PUT", service + part + number + "/extensions/x", Body());
      case 10:
        return Started(host.Execute("POST", "services_composite/start",
                                    R"({"services":[{"service":)" + Service() + R"(,"state":)" + Body() +
                                        R"(},{"service":)" + Service() + R"(,"task":)" + Body() + "}]}"));
      case 11:
        return host.Execute("POST", "local/associations",
                            R"({"customer_id":")" + customer + R"(","service_ids":[")" + id + R"(",")" +
                                ids_[Pick(ids_.size())] + "\"]}");
      case 12:
        return Receive(host.Execute("GET", "local/outbox"));
      case 13:
        return host.Execute("PUT", service, Pick(2) == 0 ? R"({"ttl":100})" : Body());
      case 14:
        return host.Execute("GET", "services/anonymous/" + std::string(1, "abc"[Pick(3)]));
      default:
        if (Pick(4) != 0) return host.Execute("DELETE", service);
        return host.Execute("POST", "maintenance/purge",
                            R"({"limit":"2026-01-01T00:05:00Z","operation":"purge.service.completed"})");
    }
  }

  size_t Pick(size_t count) { return random_() % count; }

 private:
  // Mostly what operations accept, sometimes what they refuse.
  std::string Body() {
    const char* bodies[] = {"",
                            "{}",
                            R"({"a":1})",
                            R"({"disposition":2,"b":[1.0]})",
                            R"({"media_type":"web"})",
                            R"({"timestamp":"2026-01-01T00:00:00Z"})",
                            "[1]",
                            "{",
                            R"({"session_id":1})",
                            R"({"__proto__":1})"};
    return bodies[Pick(10)];
  }
  std::string Service() {
    std::string body = "{\"contact_key\":\"" + std::string(1, "abc"[Pick(3)]) + '"';
    if (Pick(4) == 0) body += R"(,"customer_id":"C-1")";
    if (Pick(3) == 0) body += R"(,"ttl":)" + std::to_string(Pick(300));
    if (Pick(3) == 0) body += R"(,"auto_complete_after":)" + std::to_string(Pick(100));
    return body + (Pick(9) == 0 ? R"(,"est_duration":-1})" : "}");
  }
  Headers Key() {
    if (Pick(3) != 0) return {};
    return {{"Idempotency-Key", std::to_string(Pick(4))}};
  }
  Result Started(Result result) {
    const std::string id = Host::Field(result.body, "service_id");
    if (result.status < 300 && !id.empty()) ids_.push_back(id);
    return result;
  }
  // What a server would answer to the oldest association, or a rejection.
  Result Receive(const Result& next) {
    const std::string path = "local/associations/" + next.Header("Association-Id");
    if (next.status != 200 || Pick(3) == 0) return host.Execute("POST", path + "/sent", "{}");
    if (Pick(3) == 0) return host.Execute("POST", path + "/rejected", R"({"status":500})");
    std::string receipt = host.Execute("GET", path).body;
    const std::string result = R"(,"result":"associated")";
    for (size_t at = 0; (at = receipt.find("\"}", at)) != std::string::npos; at += result.size() + 2) {
      receipt.insert(at + 1, result);
    }
    return host.Execute("POST", path + "/receipt", receipt);
  }

  std::mt19937 random_;
  std::vector<std::string> ids_ = {"unknown"};
};

TEST(Histories, ReadBackToTheSameStateAndRefusalsChangeNothing) {
  size_t accepted = 0;
  size_t refused = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    History history(seed);
    Host& host = history.host;
    std::string before = host.engine.Digest();
    for (int step = 0; step < 100; ++step) {
      const Result result = history.Step();
      ASSERT_NE(result.status, 0);
      if (!result.body.empty()) ASSERT_FALSE(CheckJson(result.body, "answer")) << result.body;
      const std::string after = host.engine.Digest();
      ++(result.status < 400 ? accepted : refused);
      if (result.status >= 400) ASSERT_EQ(after, before) << seed << ' ' << step << ' ' << result.body;
      if (history.Pick(5) == 0) {
        host.Rollback();
        ASSERT_EQ(host.engine.Digest(), before) << seed << ' ' << step;
        continue;
      }
      host.Commit();
      before = after;
      if (history.Pick(40) == 0) {
        host.Reopen();
        ASSERT_EQ(host.engine.Digest(), before) << seed << ' ' << step;
      }
      if (history.Pick(10) == 0) host.Compact();
      if (history.Pick(10) == 0) host.CommitPiece();
    }
    host.Reopen();
    ASSERT_EQ(host.engine.Digest(), before) << seed;
    ASSERT_EQ(host.worst, Engine::Ingested::kWhole);
  }
  EXPECT_GT(accepted, 5000U) << "much of what is asked happens";
  EXPECT_GT(refused, 3000U);
}

}  // namespace
}  // namespace anon
