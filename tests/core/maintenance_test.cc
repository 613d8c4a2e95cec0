// Export and business attributes (contract section 5).
#include <gtest/gtest.h>

#include "host.h"
#include "model/json.h"

namespace anon {
namespace {

constexpr const char* kAll = "maintenance/services/stream?time_from=2020-01-01T00:00:00Z";

// The chunks of an export from `next` on, one after another, as a host streams them; `chunks` counts them.
std::string Rest(Host* host, std::string next, int* chunks = nullptr) {
  std::string whole;
  for (int i = 1; !next.empty() && i < 1000; ++i) {
    const Result result = host->Call("GET", next);
    EXPECT_EQ(result.status, 200) << result.body;
    whole += result.body;
    next = result.Header("Next");
    if (chunks != nullptr) *chunks = i;
  }
  EXPECT_EQ(next, "") << "does not end";
  return whole;
}

std::string Export(Host* host, const std::string& target, int* chunks = nullptr) {
  std::string whole = Rest(host, target, chunks);
  EXPECT_FALSE(CheckJson(whole, "export")) << whole.substr(0, 200);
  return whole;
}

TEST(Export, OfNothingIsAnEmptyList) {
  Host host;
  EXPECT_EQ(Export(&host, kAll), "[]");
  host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(Export(&host, "maintenance/services/stream?time_from=2027-01-01T00:00:00Z"), "[]");
}

TEST(Export, InChunksIsOneListOfAllServicesInOrder) {
  Host host;
  std::vector<std::string> ids;
  const std::string filler(20000, 'x');
  for (int i = 0; i < 60; ++i) {
    host.now += i % 2;
    ids.push_back(host.Begin(R"({"contact_key":"k","Filler":")" + filler + "\"}"));
  }
  int chunks = 0;
  const std::string whole = Export(&host, kAll, &chunks);
  EXPECT_GT(chunks, 3) << "1.2 MB do not stand in one answer";
  const auto services = Elements(whole);
  ASSERT_EQ(services.size(), ids.size());
  for (const std::string& id : ids) EXPECT_EQ(whole.find(id), whole.rfind(id)) << "once each";
  std::string last;
  for (const std::string_view service : services) {
    const std::string at = Host::Field(service, "timestamp") + Host::Field(service, "service_id");
    EXPECT_LT(last, at);
    last = at;
  }
}

TEST(Export, GoesOnWhenTheServiceThatEndedAChunkIsGone) {
  Host host;
  const std::string filler(100000, 'x');
  for (int i = 0; i < 9; ++i) {
    host.now += 1;
    host.Begin(R"({"contact_key":"k","Filler":")" + filler + "\"}");
  }
  const Result first = host.Call("GET", kAll);
  const std::string next = first.Header("Next");
  ASSERT_NE(next, "");
  const std::string last =
      Host::Field(std::string_view(first.body).substr(first.body.rfind("{\"service_id")), "service_id");
  host.Call("DELETE", "services/" + last);
  const std::string whole = first.body + Rest(&host, next);
  ASSERT_FALSE(CheckJson(whole, "export"));
  EXPECT_EQ(Elements(whole).size(), 9U);
}

TEST(Export, CarriesStatesTasksAndExtensions) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k","Cart":[1.0]})");
  host.Call("POST", "services/" + id + "/states/start", R"({"Note":"s"})");
  host.Call("POST", "services/" + id + "/tasks/start", R"({"Note":"t"})");
  host.Call("POST", "services/" + id + "/tasks/0/end");
  const std::string whole = Export(&host, kAll);
  for (const char* part : {R"("Cart":[1.0])", R"("active_states":[{"state_id":0)",
                           R"("completed_tasks":[{"task_id":0)", R"("Note":"s")", R"("Note":"t")"}) {
    EXPECT_TRUE(Has(whole, part));
  }
  const auto content = [&](const char* value) {
    return Export(&host, kAll + std::string("&export_content=") + value);
  };
  EXPECT_FALSE(Has(content("services"), "Cart") || Has(content("services"), "states"));
  EXPECT_TRUE(Has(content("states"), "active_states"));
  EXPECT_FALSE(Has(content("states"), "tasks") || Has(content("states"), "Note"));
  EXPECT_TRUE(Has(content("tasks,extensions"), R"("Note":"t")"));
  EXPECT_EQ(host.Call("GET", kAll + std::string("&export_content=all")).status, 400);
}

TEST(Export, IsBoundByTimeInAndOut) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  const auto range = [&](const char* from, const char* to) {
    return Export(&host, std::string("maintenance/services/stream?time_from=2026-01-01T00:00:00.00") + from +
                             "Z&time_to=2026-01-01T00:00:00.00" + to + "Z");
  };
  EXPECT_TRUE(Has(range("0", "1"), id));
  EXPECT_EQ(range("1", "2"), "[]");
  EXPECT_EQ(range("0", "0"), "[]");
  EXPECT_EQ(host.Call("GET", "maintenance/services/stream").status, 400) << "time_from is needed";
  EXPECT_EQ(host.Call("GET", "maintenance/services/stream?time_from=x").status, 400);
}

TEST(Export, IsFilteredByStateAndByTheEventThatTheTimeIsOf) {
  Host host;
  const std::string active = host.Begin(R"({"contact_key":"k"})");
  const std::string completed = host.Begin(R"({"contact_key":"k"})");
  host.now += 86400000;
  host.Call("POST", "services/" + completed + "/end");
  const auto with = [&](const char* more) { return Export(&host, kAll + std::string(more)); };
  EXPECT_TRUE(Has(with("&filter_state=all"), active) && Has(with("&filter_state=all"), completed));
  EXPECT_FALSE(Has(with("&filter_state=active"), completed));
  EXPECT_FALSE(Has(with("&filter_state=completed"), active));
  const std::string second_day = "maintenance/services/stream?time_from=2026-01-02T00:00:00Z&filter_events=";
  EXPECT_EQ(Export(&host, second_day + "started"), "[]");
  EXPECT_TRUE(Has(Export(&host, second_day + "completed"), completed));
  EXPECT_FALSE(Has(with("&filter_events=completed"), active));
  EXPECT_EQ(host.Call("GET", kAll + std::string("&filter_events=x")).status, 400);
  EXPECT_EQ(host.Call("GET", kAll + std::string("&filter_state=x")).status, 400);
  EXPECT_EQ(host.Call("GET", kAll + std::string("&cursor=x")).status, 400);
}

constexpr const char* kAttributes = R"({"business_attributes":{
  "attributes":{"Media":{"web":"Web site","voice":"Telephone"},"Dispositions":["sold","lost",3]},
  "mapping":{"Service.media_type":"Media","Task.disposition":"Dispositions"}}})";

TEST(BusinessAttributes, AreListedAllByNameAndByField) {
  Host host(kAttributes);
  const std::string media =
      R"({"name":"Media","values":[{"name":"voice","display_name":"Telephone"},{"name":"web","display_name":"Web site"}]})";
  const std::string all = host.Call("GET", "metadata/business-attributes").body;
  EXPECT_TRUE(Has(all, media) && Has(all, R"("name":"Dispositions")"));
  EXPECT_EQ(host.Call("GET", "metadata/business-attributes/Media").body, media);
  EXPECT_EQ(host.Call("GET", "metadata/business-attributes?cv-attribute=Service.media_type").body,
            "[" + media + "]");
  EXPECT_TRUE(Has(host.Call("GET", "metadata/business-attributes/None").body, R"("code":"not_found")"));
  EXPECT_EQ(Host().Call("GET", "metadata/business-attributes").body, "[]");
}

TEST(BusinessAttributes, RefuseAnUnknownValueAndNameTheValidOnes) {
  Host host(kAttributes);
  const Result refused = host.Call("POST", "services/start", R"({"contact_key":"k","media_type":"fax"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(Has(refused.body, "media_type") && Has(refused.body, "voice, web"));
  const std::string id = host.Begin(R"({"contact_key":"k","media_type":"web"})");
  ASSERT_NE(id, "");
  const std::string service = "services/" + id;
  EXPECT_EQ(host.Call("POST", service + "/states/start", R"({"media_type":"fax"})").status, 201)
      << "not mapped for states";
  host.Call("POST", service + "/tasks/start");
  EXPECT_EQ(host.Call("POST", service + "/tasks/0/end", R"({"disposition":"kept"})").status, 400);
  EXPECT_EQ(host.Call("POST", service + "/tasks/0/end", R"({"disposition":3})").status, 204);
  EXPECT_EQ(host.Call("POST", "customers/C-1/" + service, R"({"media_type":"fax"})").status, 400);
  EXPECT_EQ(host.Call("POST", service + "/end", R"({"media_type":"fax"})").status, 400);
  EXPECT_EQ(host.Call("POST", service + "/end", R"({"disposition":"kept"})").status, 204)
      << "not mapped for services";
}

}  // namespace
}  // namespace anon
