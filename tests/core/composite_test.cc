// Composite start: find or create services with a state and a task each (contract section 5).
#include <gtest/gtest.h>

#include "host.h"

namespace anon {
namespace {

constexpr const char* kPath = "services_composite/start";

std::string One(const std::string& item, const char* more = "") {
  return R"({"services":[)" + item + "]" + more + "}";
}

TEST(Composite, CreatesWhatItDoesNotFindAndFindsWhatIsActive) {
  Host host;
  const std::string item =
      R"({"service":{"contact_key":"k","service_type":"Order"},"state":{"state_type":"a"},"task":{"task_type":"b"}})";
  const Result made = host.Call("POST", kPath, One(item));
  const std::string id = Host::Field(made.body, "service_id");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(
      made.body,
      R"([{"service_id":")" + id +
          R"(","service_created":true,"state_id":0,"state_created":true,"task_id":0,"task_created":true}])");
  EXPECT_EQ(
      host.Call("POST", kPath, One(item)).body,
      R"([{"service_id":")" + id +
          R"(","service_created":false,"state_id":0,"state_created":false,"task_id":0,"task_created":false}])");
  host.Call("POST", "services/" + id + "/states/0/end");
  EXPECT_TRUE(Has(host.Call("POST", kPath, One(item)).body,
                  R"("state_id":1,"state_created":true,"task_id":0,"task_created":false)"));
  host.Call("POST", "services/" + id + "/end");
  EXPECT_TRUE(Has(host.Call("POST", kPath, One(item)).body, R"("service_created":true)"))
      << "only active ones match";
}

TEST(Composite, MatchesByCustomerTypeAndContactKeyTogether) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","service_type":7})");
  const std::string known = host.Begin(R"({"contact_key":"k","customer_id":"C-1","service_type":7})");
  const auto found = [&](const char* service, const std::string& wanted) {
    return Has(host.Execute("POST", kPath, One(R"({"service":)" + std::string(service) + "}")).body, wanted);
  };
  EXPECT_TRUE(found(R"({"contact_key":"k","service_type":7})", id));
  EXPECT_TRUE(found(R"({"contact_key":"k","service_type":7,"customer_id":"C-1"})", known));
  EXPECT_TRUE(found(R"({"contact_key":"k","service_type":"7"})", "\"service_created\":true"))
      << "text is no integer";
  EXPECT_TRUE(found(R"({"contact_key":"k"})", "\"service_created\":true"));
  EXPECT_TRUE(found(R"({"contact_key":"K","service_type":7})", "\"service_created\":true"));
  EXPECT_TRUE(found(R"({"customer_id":"C-1","service_type":7})", "\"service_created\":true"))
      << "another key: none";
  EXPECT_TRUE(
      found(R"({"contact_key":"k","customer_id":"C-2","service_type":7})", "\"service_created\":true"));
}

TEST(Composite, MakesNewServicesWhenAskedTo) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  const std::string item = R"({"service":{"contact_key":"k"}})";
  EXPECT_TRUE(Has(host.Execute("POST", kPath, One(item, R"(,"create_new_services":false)")).body, id));
  const std::string body =
      host.Execute("POST", kPath, One(item + "," + item, R"(,"create_new_services":true)")).body;
  EXPECT_FALSE(Has(body, id) || Has(body, "false"));
  EXPECT_EQ(host.Execute("POST", kPath, One(item, R"(,"create_new_services":1)")).status, 400);
}

TEST(Composite, ALaterItemFindsWhatAnEarlierOneMade) {
  Host host;
  const std::string item = R"({"service":{"contact_key":"k"},"state":{"state_type":"a"}})";
  const std::string body = host.Call("POST", kPath, One(item + "," + item)).body;
  EXPECT_TRUE(Has(body, R"("service_created":true,"state_id":0,"state_created":true)"));
  EXPECT_TRUE(Has(body, R"("service_created":false,"state_id":0,"state_created":false)"));
}

TEST(Composite, TiesTheTaskToTheStateWhenAskedTo) {
  Host host;
  const char* item =
      R"({"service":{"contact_key":"k"},"state":{},"task":{"task_type":"t"},"associate_state_task":true})";
  const std::string id = Host::Field(host.Call("POST", kPath, One(item)).body, "service_id");
  EXPECT_TRUE(Has(host.Call("GET", "services/" + id + "/tasks/0").body, R"("state_id":0)"));
  EXPECT_EQ(host.Call("POST", kPath,
                      One(R"({"service":{"contact_key":"k"},"task":{},"associate_state_task":true})"))
                .status,
            400);
}

TEST(Composite, IsRecordedWithAllThatItsEventsSay) {
  Host host;
  const char* item =
      R"({"service":{"contact_key":"k","Cart":[1.0],"ttl":10},"state":{"est_duration":5,"Note":"n"},
                         "task":{"media_type":"web"}})";
  const std::string id = Host::Field(host.Call("POST", kPath, One(item)).body, "service_id");
  const std::string service = "services/" + id;
  EXPECT_TRUE(Has(host.Call("GET", service + "?extensions=*").body, R"("Cart":[1.0])"));
  EXPECT_TRUE(Has(host.Call("GET", service + "/states/0?extensions=*").body, R"("Note":"n")"));
  EXPECT_TRUE(Has(host.Call("GET", service + "/tasks/0").body, R"("media_type":"web")"));
  host.now += 10000;
  EXPECT_EQ(host.Call("GET", service).status, 400) << "its ttl is over";
}

TEST(Composite, IsAllOrNothing) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  const std::string digest = host.engine.Digest();
  const std::string good = R"({"service":{"contact_key":"new"},"state":{},"task":{}})";
  for (const char* bad :
       {R"({"service":{"contact_key":"k"},"task":{"state_id":5}})", R"({"service":{}})", "{}", "1",
        R"({"service":{"contact_key":"k"},"state":{"previous_state_id":3}})",
        R"({"service":{"contact_key":"k"},"state":1})", R"({"service":{"contact_key":"k"},"x":{}})",
        R"({"service":{"contact_key":"k","ttl":-1}})", R"({"service":{"customer_id":"null"}})",
        R"({"service":{"contact_key":"k"},"associate_state_task":1})"}) {
    EXPECT_EQ(host.Call("POST", kPath, One(good + "," + bad)).status, 400) << bad;
    EXPECT_EQ(host.engine.Digest(), digest) << bad;
  }
  for (const char* body :
       {"", "{}", R"({"services":[]})", R"({"services":{}})", R"({"services":[],"x":1})"}) {
    EXPECT_EQ(host.Call("POST", kPath, body).status, 400) << body;
  }
  EXPECT_EQ(host.engine.sequence(), 1U);
}

TEST(Composite, StaysWithinItsTenantAndBusinessUnit) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  const std::string item = R"({"service":{"contact_key":"k"}})";
  EXPECT_FALSE(Has(host.Call("POST", kPath, One(item), {{"ContactCenterId", "north"}}).body, id));
  EXPECT_FALSE(Has(host.Call("POST", kPath, One(item), {{"GroupId", "sales"}}).body, id));
}

}  // namespace
}  // namespace anon
