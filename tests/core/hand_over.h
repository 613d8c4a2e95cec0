// A page and a server, joined by nothing but what a test carries over.
#ifndef ANON_TESTS_CORE_HAND_OVER_H_
#define ANON_TESTS_CORE_HAND_OVER_H_

#include <string>
#include <string_view>

#include "host.h"
#include "journal/writer.h"
#include "model/json.h"

namespace anon {

class HandOverTest : public testing::Test {
 protected:
  HandOverTest() { server.who = Remote("", "A"); }

  /// A selection as a body: `more` are further members, led by a comma.
  static std::string Of(std::string_view customer, std::string_view more = "") {
    return R"({"customer_id":")" + std::string(customer) + '"' + std::string(more) + "}";
  }
  Result Plan(std::string_view customer, std::string_view more = "") {
    return page.Call("POST", "local/plan", Of(customer, more));
  }
  Result Associate(std::string_view customer, std::string_view more = "") {
    return page.Call("POST", "local/associations", Of(customer, more));
  }
  /// Associates all of the visit, and answers the association's id.
  std::string HandOver(std::string_view customer = "A") {
    return Host::Field(Associate(customer).body, "association_id");
  }
  Result At(const std::string& id, const std::string& step, std::string_view body = "{}") {
    return page.Call("POST", "local/associations/" + id + "/" + step, body);
  }
  std::string Receipt(const std::string& id) { return page.Call("GET", "local/associations/" + id).body; }
  std::string State(const std::string& id) { return Host::Field(Receipt(id), "state"); }

  Result Next() { return page.Call("GET", "local/outbox"); }
  /// Marks what is next as sent, and answers its envelope.
  std::string Send() {
    const Result next = Next();
    EXPECT_EQ(next.status, 200);
    At(next.Header("Association-Id"), "sent");
    return next.body;
  }
  Result Deliver(const std::string& envelope) { return server.Call("POST", "associations", envelope); }
  /// Carries what is next over and the answer back; answers the server's.
  std::string Exchange() {
    const std::string id = Next().Header("Association-Id");
    const Result answer = Deliver(Send());
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(At(id, "receipt", answer.body).status, 200);
    return answer.body;
  }
  void SignIn(std::string_view customer) { page.Call("POST", "local/visit", Of(customer)); }
  void SignOut() { page.Call("POST", "local/visit/end", "{}"); }

  static std::string Ids(std::initializer_list<std::string> ids, const char* name = "service_ids") {
    std::string list = std::string(",\"") + name + "\":[";
    for (const std::string& id : ids) list += (list.back() == '[' ? "" : ",") + Quoted(id);
    return list + "]";
  }
  static std::string With(const std::string& id, std::string_view result) {
    return R"({"service_id":")" + id + R"(","result":")" + std::string(result) + "\"}";
  }
  /// The part of a plan under this name.
  static std::string Listed(const std::string& plan, std::string_view name) {
    for (const Member& member : Members(plan)) {
      if (member.name == name) return std::string(member.value);
    }
    return "";
  }
  /// The page's store no longer has the association, as no operation of ours makes it.
  void LoseAssociation(const std::string& id) {
    std::string entry;
    BeginEntry(&entry, page.now);
    AppendChange(&entry, {Op::kRemoveAssociation, "", id, 0, ""});
    const uint64_t sequence = page.engine.sequence() + 1;
    journal::Writer writer({journal::Kind::kLog, sequence});
    writer.Append(entry);
    page.journal[sequence] = writer.Finish();
    page.Reopen();
  }

  /// Another host that has read what this one has stored.
  static Host Twin(const Host& host) {
    Host twin;
    twin.now = host.now;
    twin.who = host.who;
    twin.journal = host.journal;
    twin.Reopen();
    return twin;
  }

  Host page;
  Host server;
};

}  // namespace anon

#endif  // ANON_TESTS_CORE_HAND_OVER_H_
