// Requests and answers: routing, bodies, fields and their limits, the shape of errors (contract section 2).
#include <gtest/gtest.h>

#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

const Headers kWriter = Remote("reader writer");

std::string Text(size_t size) { return std::string(size, 'x'); }

// A start body with one more field.
std::string With(const std::string& name, const std::string& value) {
  return R"({"contact_key":"k",")" + name + "\":" + value + "}";
}

TEST(Routing, TakesTheBasePathALeadingSlashOrNeither) {
  Host host;
  for (const char* target : {"/genesys/1/cs/services/start", "/services/start", "services/start"}) {
    EXPECT_EQ(host.Call("POST", target, R"({"contact_key":"k"})").status, 201) << target;
  }
  Host moved(R"({"base_path":"/cs"})");
  const Result started = moved.Call("POST", "/cs/services/start", R"({"contact_key":"k"})");
  EXPECT_EQ(started.Header("Location"), "/cs/services/" + Host::Field(started.body, "service_id"));
}

TEST(Routing, AnswersAPathThatNoOperationHasWith404) {
  Host host(R"({"not_found_status":400})");
  EXPECT_EQ(host.Call("GET", "services/").status, 400) << "an empty service id";
  for (const char* target : {"", "/", "services", "service/start", "services/x/y", "customers/C-1",
                             "services/anonymous/k/open", "services/x/states/0/end/now", "Services/start",
                             "services//start", "metadata", "maintenance/purge/all"}) {
    const Result result = host.Call("GET", target);
    EXPECT_EQ(result.status, 404) << target;
    EXPECT_TRUE(Has(result.body, R"("code":"no_such_path")"));
  }
}

TEST(Routing, ABasePathEndsAtASlash) {
  Host host;
  EXPECT_EQ(host.Call("POST", "/genesys/1/csservices/start", R"({"contact_key":"k"})").status, 404);
}

TEST(Routing, AnswersAWrongMethodWith405AndTheRightOnes) {
  Host host;
  const Result one = host.Call("GET", "services/start");
  EXPECT_EQ(one.status, 405);
  EXPECT_EQ(one.Header("Allow"), "POST");
  EXPECT_TRUE(Has(one.body, R"("code":"method_not_allowed")"));
  EXPECT_EQ(host.Call("POST", "services/x").Header("Allow"), "GET, PUT, DELETE");
  EXPECT_EQ(host.Call("PATCH", "services/x/extensions/y").Header("Allow"), "PUT");
  EXPECT_EQ(host.Call("get", "services/x").status, 405) << "methods are case-sensitive";
  EXPECT_EQ(host.Call("DELETE", "services/anonymous/k/active").status, 405);
}

TEST(Routing, LiteralSegmentsWinOverNames) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"states"})");
  EXPECT_TRUE(Has(host.Call("GET", "services/anonymous/states").body, id));
  EXPECT_TRUE(Has(host.Call("GET", "services/anonymous/states/active").body, id));
  EXPECT_EQ(host.Call("GET", "services/anonymous/states/completed").body, "[]");
  EXPECT_EQ(host.Call("POST", "services/" + id + "/states/transition").status, 400)
      << "no state of that name";
}

TEST(Routing, KeepsThePagesOwnOperationsFromRemoteCallers) {
  Host host;
  const std::pair<const char*, int> answers[] = {
      {"local/associations", 200}, {"local/outbox", 204}, {"local/associations/x", 400}};
  for (const auto& [target, status] : answers) {
    host.who = {{"Role", "local"}};
    EXPECT_EQ(host.Call("GET", target).status, status) << target;
    host.who = kWriter;
    EXPECT_EQ(host.Call("GET", target).status, 404) << "not even that it exists";
  }
}

TEST(Bodies, AreAtMost256KiB) {
  Host host;
  const std::string start = R"({"contact_key":"k","x":"")";
  const std::string largest = R"({"contact_key":"k","x":")" + Text(262144 - start.size() - 1) + "\"}";
  ASSERT_EQ(largest.size(), 262144U);
  EXPECT_EQ(host.Call("POST", "services/start", largest).status, 201);
  const Result refused = host.Call("POST", "services/start", largest + ' ');
  EXPECT_EQ(refused.status, 413);
  EXPECT_TRUE(Has(refused.body, R"("code":"too_large")"));
}

TEST(Bodies, NestAtMost32Deep) {
  Host host;
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(host.Call("POST", "services/start", With("x", nested(31))).status, 201);
  EXPECT_EQ(host.Call("POST", "services/start", With("x", nested(32))).status, 400);
}

TEST(Bodies, OfARemoteCallerAreJsonByTheirType) {
  Host host;
  for (const char* type :
       {"application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"}) {
    host.who = {{"Role", "writer"}, {"Content-Type", type}};
    EXPECT_EQ(host.Call("POST", "services/start", R"({"contact_key":"k"})").status, 201) << type;
  }
  for (const char* type : {"", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"}) {
    host.who = {{"Role", "writer"}, {"Content-Type", type}};
    const Result refused = host.Call("POST", "services/start", R"({"contact_key":"k"})");
    EXPECT_EQ(refused.status, 415) << type;
    EXPECT_TRUE(Has(refused.body, R"("code":"unsupported_media_type")"));
  }
}

TEST(Bodies, ThatAreNoObjectAreRefused) {
  Host host;
  for (const char* body : {"[]", "1", "null", "\"x\"", "{", "{}x", "{\"a\":\"\xFF\"}", " "}) {
    const Result refused = host.Call("POST", "services/start", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_TRUE(Has(refused.body, R"("code":"invalid_request")"));
  }
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.Call("POST", "services/" + id + "/states/start", "").status, 201) << "a body is optional";
}

TEST(Errors, HaveAMessageAClassAndAWord) {
  Host host;
  EXPECT_EQ(host.Call("GET", "services/383").body,
            R"({"message":"There are no service found for : 383",)"
            R"("exception":"com.genesyslab.gsg.services.contextservices.exceptions.NotFoundException",)"
            R"("code":"not_found"})");
  EXPECT_EQ(host.Call("GET", "services/383").status, 400) << "as CS answers";
  Host plain(R"({"not_found_status":404})");
  EXPECT_EQ(plain.Call("GET", "services/383").status, 404);
  EXPECT_EQ(plain.Call("POST", "services/start").status, 400) << "only what is not found";
}

TEST(Errors, NeverHoldAContactKey) {
  Host host;
  const std::string key = "pat.secret@example.org";
  const std::string encoded = "pat.secret%40example.org";
  const std::string known = R"("contact_key":")" + key + '"';
  const std::string id = host.Begin("{" + known + "}");
  std::string bodies;
  for (const std::string& body :
       {"{" + known + R"(,"ttl":-1})", "{" + known, "{" + known + R"(,"__proto__":1})",
        "{" + known + R"(,"session_id":")" + Text(33) + "\"}",
        R"({"contact_key":")" + key + Text(256) + "\"}", R"({"contact_key":[")" + key + "\"]}",
        R"({"contact_key":")" + key + R"(\u0001"})"}) {
    const Result refused = host.Call("POST", "services/start", body);
    EXPECT_GE(refused.status, 400) << body;
    bodies += refused.body;
    bodies += host.Call("POST", "customers/C-1/services/" + id, body).body;
  }
  const Headers once = {{"Idempotency-Key", "i"}};
  host.Call("POST", "services/start", "{" + known + "}", once);
  bodies += host.Call("POST", "services/start", R"({"contact_key":"other"})", once).body;
  bodies += host.Call("GET", "services/anonymous/" + encoded + "?limit=0").body;
  bodies += host.Call("GET", "services/anonymous/" + encoded + "%01").body;
  bodies += host.Call("GET", "services/anonymous/" + encoded + "?after=x").body;
  bodies += host.Call("POST", "services/anonymous/" + encoded).body;
  bodies += host.Call("GET", "services/anonymous/" + encoded + "/x").body;
  bodies += host.Call("POST", "services_composite/start",
                      R"({"services":[{"service":{)" + known + R"(},"task":{"state_id":3}}]})")
                .body;
  host.who = kWriter;
  bodies += host.Call("GET", "services/anonymous/" + encoded + "?x=y").body;
  host.who = Remote("");
  bodies += host.Call("GET", "services/anonymous/" + encoded).body;
  EXPECT_FALSE(Has(bodies, "secret"));
}

TEST(Errors, AreWellFormedWhateverTheCallerSent) {
  Host host;
  for (const char* target : {"services/%22%0A%00%5C", "services/%C3%A9?%22=1", "services/x/states/%22",
                             "metadata/business-attributes/%E2%82%AC"}) {
    const Result result = host.Call("GET", target);
    EXPECT_GE(result.status, 400);
    EXPECT_FALSE(CheckJson(result.body, "error")) << result.body;
  }
  for (const char* target : {"services/%", "services/%4", "services/%zz", "services/%FF", "services/x?%C3=1",
                             "services/x?extensions=%ED%A0%80"}) {
    EXPECT_EQ(host.Call("GET", target).status, 400) << target;
  }
}

TEST(Errors, CutALongNameBetweenItsCharacters) {
  Host host;
  std::string name;
  for (int i = 0; i < 33; ++i) name += "%C3%A9";
  const Result result = host.Call("GET", "services/x?a" + name + "=1");
  EXPECT_FALSE(CheckJson(result.body, "error")) << result.body;
}

TEST(Fields, HaveTheirLimits) {
  Host host;
  const auto start = [&](const std::string& name, const std::string& value) {
    return host.Call("POST", "services/start", With(name, value)).status;
  };
  const auto text = [](size_t size) { return '"' + Text(size) + '"'; };
  EXPECT_EQ(start("session_id", text(32)), 201);
  EXPECT_EQ(start("session_id", text(33)), 400);
  EXPECT_EQ(start("interaction_id", text(50)), 201);
  EXPECT_EQ(start("interaction_id", text(51)), 400);
  EXPECT_EQ(start("customer_id", text(256)), 201);
  EXPECT_EQ(start("customer_id", text(257)), 400);
  EXPECT_EQ(start("customer_id", text(0)), 400);
  EXPECT_EQ(start("contact_key", text(256)), 201);
  EXPECT_EQ(start("contact_key", text(257)), 400);
  EXPECT_EQ(start("contact_key", "\"  \""), 400);
  std::string characters;
  for (int i = 0; i < 32; ++i) characters += "\xC3\xA9";
  EXPECT_EQ(start("session_id", '"' + characters + '"'), 201) << "characters, not bytes";
  const std::string end = "services/" + host.Begin(R"({"contact_key":"k"})") + "/end";
  EXPECT_EQ(host.Call("POST", end, R"({"disposition_desc":)" + text(65) + "}").status, 400);
  EXPECT_EQ(host.Call("POST", end, R"({"disposition_desc":)" + text(64) + "}").status, 204);
}

TEST(Fields, HaveTheirTypes) {
  Host host;
  const auto start = [&](const char* name, const char* value) {
    return host.Call("POST", "services/start", With(name, value)).status;
  };
  for (const char* name : {"est_duration", "ttl", "auto_complete_after"}) {
    EXPECT_EQ(start(name, "60"), 201) << name;
    for (const char* bad : {"-1", "1.5", "\"60\"", "null", "1e99", "9007199254740993"}) {
      EXPECT_EQ(start(name, bad), 400) << name << bad;
    }
  }
  EXPECT_EQ(start("est_duration", "0"), 201);
  for (const char* name :
       {"service_type", "media_type", "application_type", "application_id", "resource_type", "resource_id"}) {
    EXPECT_EQ(start(name, "7") + start(name, "\"seven\""), 402) << name;
    for (const char* bad : {"1.5", "null", "true", "{}", "[]"})
      EXPECT_EQ(start(name, bad), 400) << name << bad;
  }
  for (const char* name : {"timestamp", "expiration_time"}) {
    for (const char* bad : {"0", "\"2026-02-30T00:00:00Z\"", "\"now\"", "null"}) {
      EXPECT_EQ(start(name, bad), 400) << name << bad;
    }
  }
}

TEST(Fields, GiveTimesBackInUtcWithMilliseconds) {
  Host host;
  const std::string id = host.Begin(With("timestamp", R"("2026-01-01T01:00:00.5+02:00")"));
  EXPECT_TRUE(Has(host.Call("GET", "services/" + id).body, R"("timestamp":"2025-12-31T23:00:00.500Z")"));
}

TEST(Fields, AServiceIdOfTheCallerIsIgnoredInAStart) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","service_id":"mine"})");
  EXPECT_NE(id, "mine");
  EXPECT_FALSE(Has(host.Call("GET", "services/" + id + "?extensions=*").body, "mine"));
}

TEST(Idempotency, ARepeatedStartAnswersWithTheFirstOnesId) {
  Host host;
  const Headers once = {{"Idempotency-Key", "abc"}};
  const Result first = host.Call("POST", "services/start", R"({"contact_key":"k"})", once);
  const std::string digest = host.engine.Digest();
  host.now += 5000;
  host.Reopen();
  const Result again = host.Call("POST", "services/start", R"({"contact_key":"k"})", once);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.Header("Location"), first.Header("Location"));
  EXPECT_EQ(host.engine.Digest(), digest);
  EXPECT_EQ(host.Call("POST", "services/start", R"({"contact_key":"other"})", once).status, 409);
  const Headers elsewhere = {{"Idempotency-Key", "abc"}, {"ContactCenterId", "north"}};
  EXPECT_NE(host.Call("POST", "services/start", R"({"contact_key":"k"})", elsewhere).body, first.body);
}

TEST(Idempotency, IsKnownAfterAssociationAndForgottenWithTheService) {
  Host host;
  const Headers once = {{"Idempotency-Key", "abc"}};
  const Result first = host.Call("POST", "services/start", R"({"contact_key":"k"})", once);
  const std::string id = Host::Field(first.body, "service_id");
  host.Call("POST", "customers/C-1/services/" + id);
  EXPECT_EQ(host.Call("POST", "services/start", R"({"contact_key":"k"})", once).body, first.body);
  host.Call("DELETE", "services/" + id);
  EXPECT_NE(host.Call("POST", "services/start", R"({"contact_key":"k"})", once).body, first.body);
}

TEST(Options, ThatAreNoneAreRefusedAndChangeNothing) {
  for (const char* json :
       {"[]", "{", R"({"not_found_status":500})", R"({"base_path":"cs"})", R"({"base_path":"/cs/"})",
        R"({"auto_complete_after":0})", R"({"auto_complete_after":"60"})", R"({"limit":1})",
        R"({"business_attributes":{"mapping":{"Service.media_type":"none"}}})"}) {
    Engine engine;
    EXPECT_TRUE(engine.Configure(json)) << json;
  }
}

}  // namespace
}  // namespace anon
