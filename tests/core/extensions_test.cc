// Attached data of services, states and tasks: replaced, merged, named (contract sections 2 and 5).
#include <gtest/gtest.h>

#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

class Extensions : public testing::Test {
 protected:
  Extensions() {
    host.Call("POST", service + "/states/start");
    host.Call("POST", service + "/tasks/start");
  }
  Result Put(const std::string& path, std::string_view body) { return host.Call("PUT", path, body); }
  // The raw value of extension `name` of a resource, as it is answered.
  std::string Value(const std::string& resource, const std::string& name) {
    const std::string body = host.Call("GET", resource + "?extensions=" + name).body;
    EXPECT_FALSE(CheckJson(body, "answer")) << body;
    for (const Member& member : Members(body)) {
      if (member.name == name) return std::string(member.value);
    }
    return "";
  }

  Host host;
  std::string service = "services/" + host.Begin(R"({"contact_key":"k"})");
  std::vector<std::string> resources = {service, service + "/states/0", service + "/tasks/0"};
};

TEST_F(Extensions, AreReplacedWholeByAnyJsonValue) {
  for (const std::string& resource : resources) {
    for (const char* value : {R"({"b":1.0,"a":[]})", "[1, 2]", "\"text\"", "7", "true", "null", "{}"}) {
      EXPECT_EQ(Put(resource + "/extensions/Cart", value).status, 200);
      EXPECT_EQ(Value(resource, "Cart"), value);
    }
  }
}

TEST_F(Extensions, OfOneResourceLeaveTheOthersAlone) {
  Put(service + "/extensions/x", "1");
  Put(service + "/states/0/extensions/x", "2");
  Put(service + "/tasks/0/extensions/x", "3");
  EXPECT_EQ(Value(service, "x") + Value(service + "/states/0", "x") + Value(service + "/tasks/0", "x"),
            "123");
}

TEST_F(Extensions, MergeCreatesAndThenTheNewValueWinsKeyByKey) {
  for (const std::string& resource : resources) {
    EXPECT_EQ(Put(resource + "/extensions/Cart/merge", R"({"a":1, "b":{"x":1}})").status, 200);
    EXPECT_EQ(Value(resource, "Cart"), R"({"a":1, "b":{"x":1}})") << "created as given";
    EXPECT_EQ(Put(resource + "/extensions/Cart/merge", R"({"c":9007199254740993,"b":{"y":2.0}})").status,
              200);
    EXPECT_EQ(Value(resource, "Cart"), R"({"a":1,"b":{"y":2.0},"c":9007199254740993})") << "one level deep";
    EXPECT_EQ(Put(resource + "/extensions/Cart/merge", "{}").status, 200);
    EXPECT_EQ(Value(resource, "Cart"), R"({"a":1,"b":{"y":2.0},"c":9007199254740993})");
  }
}

TEST_F(Extensions, MergeTakesObjectsOnly) {
  Put(service + "/extensions/List", "[1]");
  Put(service + "/extensions/Map", "{}");
  const std::string digest = host.engine.Digest();
  for (const char* body : {"[1]", "1", "\"x\"", "null"}) {
    EXPECT_EQ(Put(service + "/extensions/Map/merge", body).status, 400) << body;
    EXPECT_EQ(Put(service + "/extensions/New/merge", body).status, 400) << body;
  }
  EXPECT_EQ(Put(service + "/extensions/List/merge", "{}").status, 409) << "what is there is no object";
  EXPECT_EQ(host.engine.Digest(), digest);
}

TEST_F(Extensions, MergeKeepsWithinTheLimitOfABody) {
  const auto with = [](const char* key) {
    return "{\"" + std::string(key) + "\":\"" + std::string(200000, 'x') + "\"}";
  };
  EXPECT_EQ(Put(service + "/extensions/x/merge", with("a")).status, 200);
  EXPECT_EQ(Put(service + "/extensions/x/merge", with("b")).status, 413);
  EXPECT_EQ(Value(service, "x"), with("a"));
}

TEST_F(Extensions, NeedABodyThatIsWellFormed) {
  for (const char* body : {"", " ", "{", "{}{}", "x", "\"\xFF\""}) {
    EXPECT_EQ(Put(service + "/extensions/x", body).status, 400) << body;
    EXPECT_EQ(Put(service + "/extensions/x/merge", body).status, 400) << body;
  }
  EXPECT_EQ(Value(service, "x"), "");
}

TEST_F(Extensions, NeverMakeAnAnswerThatIsNoJson) {
  for (const std::string& body :
       {std::string("\xEF\xBB\xBF{}"), std::string("1\0,\"customer_id\":\"C-1\"", 23)}) {
    EXPECT_EQ(Put(service + "/extensions/x", body).status, 400);
    EXPECT_EQ(Value(service, "x"), "");
  }
}

TEST_F(Extensions, AreNamedByAnyTextButTheResourcesOwnNamesAndPrototypes) {
  for (const char* name : {"__proto__", "constructor", "prototype", "service_id", "started", "completed",
                           "timestamp", "session_id", "disposition", "est_duration", "media_type"}) {
    for (const std::string& resource : resources) {
      const Result refused = Put(resource + "/extensions/" + name, "1");
      EXPECT_EQ(refused.status, 400) << resource << name;
      EXPECT_TRUE(Has(refused.body, name));
    }
  }
  for (const char* name :
       {"customer_id", "contact_key", "ttl", "expiration_time", "active_states", "service_type"}) {
    EXPECT_EQ(Put(service + "/extensions/" + name, "1").status, 400) << name;
  }
  EXPECT_EQ(Put(service + "/states/0/extensions/state_type", "1").status, 400);
  EXPECT_EQ(Put(service + "/tasks/0/extensions/state_id", "1").status, 400);
  EXPECT_EQ(Put(service + "/extensions/" + std::string(257, 'x'), "1").status, 400);
  EXPECT_EQ(Put(service + "/extensions/", "1").status, 400);
  for (const char* name :
       {"a%2Fb", "%C3%A9", "a%20b", "__proto", "Constructor", "hasOwnProperty", "0", "merge"}) {
    EXPECT_EQ(Put(service + "/extensions/" + name, "1").status, 200) << name;
  }
  EXPECT_EQ(Value(service, "a/b"), "1");
}

TEST_F(Extensions, AreRefusedUnderThoseNamesInEventsToo) {
  const std::string digest = host.engine.Digest();
  for (const char* name :
       {"__proto__", "constructor", "prototype", "started", "completed", "active_states"}) {
    const std::string body = R"({"contact_key":"k",")" + std::string(name) + R"(":1})";
    EXPECT_EQ(host.Call("POST", "services/start", body).status, 400) << name;
  }
  EXPECT_EQ(host.Call("POST", service + "/states/start", R"({"\u005f_proto__":1})").status, 400);
  EXPECT_EQ(host.Call("POST", service + "/end", R"({"customer_id":"C-1"})").status, 400);
  EXPECT_EQ(host.Call("POST", service + "/tasks/0/end", R"({"constructor":{}})").status, 400);
  EXPECT_EQ(host.engine.Digest(), digest);
}

TEST_F(Extensions, OfWhatIsNotThereAreNotFound) {
  EXPECT_TRUE(Has(Put("services/none/extensions/x", "1").body, "There are no service found for : none"));
  EXPECT_EQ(Put(service + "/states/1/extensions/x", "1").status, 400);
  EXPECT_EQ(Put(service + "/tasks/x/extensions/x", "1").status, 400);
}

TEST_F(Extensions, OfStartAndEndEventsStandSideBySideAndTheLaterReplaces) {
  const std::string id = host.Begin(R"({"contact_key":"k","a":1,"b":2})");
  host.Call("POST", "services/" + id + "/end", R"({"b":3,"c":4})");
  const std::string body = host.Call("GET", "services/" + id + "?extensions=*").body;
  EXPECT_TRUE(Has(body, R"("a":1,"b":3,"c":4})")) << "in the order first attached";
}

TEST_F(Extensions, OfACompletedServiceMayStillChange) {
  host.Call("POST", service + "/end");
  EXPECT_EQ(Put(service + "/extensions/x", "1").status, 200);
  EXPECT_EQ(Put(service + "/states/0/extensions/x/merge", "{}").status, 200);
}

}  // namespace
}  // namespace anon
