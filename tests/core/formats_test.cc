// What the formats do with bytes that are not theirs: every prefix and every changed byte is refused or read,
// never more than that.
#include <gtest/gtest.h>

#include "association/association.h"
#include "base/bytes.h"
#include "base/crc32c.h"
#include "host.h"
#include "journal/reader.h"
#include "journal/writer.h"
#include "model/id.h"

namespace anon {
namespace {

std::string AnEntry() {
  std::string entry;
  BeginEntry(&entry, 1000);
  AppendChange(&entry, {Op::kPutService, "tenant", "s", 0, "\x08\x01\x02"});
  AppendChange(&entry, {Op::kPutState, "tenant", "s", 300, ""});
  return entry;
}

bool IsEntry(std::string_view payload) {
  EntryReader entry(payload);
  for (Change change; entry.Next(&change);) {
  }
  return entry.Done();
}

TEST(Entries, AreReadWholeOrNotAtAll) {
  const std::string whole = AnEntry();
  ASSERT_TRUE(IsEntry(whole));
  EntryReader entry(whole);
  EXPECT_EQ(entry.clock(), 1000);
  Change change;
  EXPECT_TRUE(entry.Next(&change));
  EXPECT_TRUE(entry.Next(&change));
  EXPECT_EQ(change.index, 300U);
  EXPECT_FALSE(entry.Next(&change));
  size_t read = 0;
  for (size_t size = 0; size < whole.size(); ++size) read += IsEntry(whole.substr(0, size)) ? 1 : 0;
  EXPECT_EQ(read, 2U) << "after the clock and after the first change it is an entry too";
}

TEST(Entries, OfUnknownOpsOrIndexesAreRefused) {
  for (const char op : {'\0', '\11'}) {
    std::string bytes;
    BeginEntry(&bytes, 0);
    AppendChange(&bytes, {Op::kPutService, "", "s", 0, ""});
    bytes[1] = op;
    EXPECT_FALSE(IsEntry(bytes));
  }
  std::string bytes;
  BeginEntry(&bytes, 0);
  ByteWriter writer(&bytes);
  writer.U8(2);
  writer.Bytes("");
  writer.Bytes("s");
  writer.Varint(uint64_t{1} << 32);
  writer.Bytes("");
  EXPECT_FALSE(IsEntry(bytes));
}

TEST(Records, OfOtherBytesAreRefused) {
  Record record;
  for (const std::string& bytes : std::vector<std::string>{
           std::string("\x08"), std::string("\x08\x05x"), std::string("\x08\x00\x07\x00", 4),
           std::string("\x3C\x01\x05"), std::string("\x3C\x00", 2)}) {
    EXPECT_FALSE(record.Decode(bytes)) << bytes.size();
    EXPECT_TRUE(record.Encode().empty());
  }
  EXPECT_FALSE(PeekInteger("\x08\x02\x80\x80", Tag::kStarted));
  EXPECT_FALSE(PeekInteger(std::string("\x08\x02\x02\x02", 4), Tag::kStarted)) << "more than one number";
  EXPECT_EQ(PeekText("\x08", Tag::kStarted), "");
  EXPECT_EQ(PeekText("\x08\x09x", Tag::kStarted), "");
}

TEST(Store, TimesOfOtherBytesOverflowNothing) {
  for (const int64_t updated : {INT64_MIN, int64_t{-1}, INT64_MAX - 1, INT64_MAX}) {
    for (const int64_t after : {INT64_MIN, int64_t{-1}, int64_t{5}, INT64_MAX / 2000 - 1, INT64_MAX}) {
      Record record;
      record.SetInteger(Tag::kUpdated, updated);
      record.SetInteger(Tag::kAutoCompleteAfter, after);
      record.SetInteger(Tag::kExpires, INT64_MAX - 1);
      const std::string bytes = record.Encode();
      Facts facts;
      ASSERT_TRUE(facts.Read(bytes));
      if (after < 0 || updated > 0) EXPECT_EQ(facts.Deadline(), INT64_MAX - 1) << updated << ' ' << after;
    }
  }
}

TEST(Store, PassesOverChangesThatDoNotFit) {
  Store store;
  EXPECT_FALSE(store.Apply({Op::kPutState, "", "s", 0, ""})) << "of a service that is not there";
  EXPECT_FALSE(store.Apply({Op::kRemoveService, "", "s", 0, ""}));
  EXPECT_FALSE(store.Apply({Op::kRemoveAssociation, "", "a", 0, ""}));
  EXPECT_FALSE(store.Apply({Op::kPutService, "", "s", 0, "\x08"})) << "no record";
  EXPECT_FALSE(store.Apply({static_cast<Op>(9), "", "s", 0, ""}));
  EXPECT_TRUE(store.Apply({Op::kPutService, "", "s", 0, ""}));
  EXPECT_FALSE(store.Apply({Op::kPutTask, "", "s", 1, ""})) << "beyond the next";
  EXPECT_EQ(store.size(), 1U);
  EXPECT_TRUE(store.Apply({Op::kPutAssociation, "", "a", 0, ""}));
  const size_t mark = store.Mark();
  EXPECT_TRUE(store.Apply({Op::kRemoveAssociation, "", "a", 0, ""}));
  store.UndoTo(mark);
  EXPECT_EQ(store.FindTenant("")->associations.size(), 1U);
  EXPECT_EQ(store.Find("nowhere", "s"), nullptr);
}

TEST(Engine, ARecordThatIsNoEntryIsDamageFromThereOn) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  const std::string digest = host.engine.Digest();
  const journal::File file = journal::Read(host.journal[1], 1);
  journal::Writer writer({journal::Kind::kLog, 1});
  writer.Append(file.records[0]);
  writer.Append("\xFF");
  writer.Append(file.records[0]);
  host.journal[1] = writer.Finish();
  host.Reopen();
  EXPECT_EQ(host.worst, Engine::Ingested::kDamaged);
  EXPECT_EQ(host.repair.lost, 2 * journal::kRecordHeaderSize + 1 + file.records[0].size());
  EXPECT_EQ(host.engine.Digest(), digest);
  host.journal[1] = host.repair.file;
  host.worst = Engine::Ingested::kWhole;
  host.Reopen();
  EXPECT_EQ(host.worst, Engine::Ingested::kWhole);
  EXPECT_EQ(host.engine.Digest(), digest);
}

TEST(Engine, PassesOverAFileThatItHasSeenAndRefusesANewerFormat) {
  Host host;
  host.Begin(R"({"contact_key":"k"})");
  const std::string digest = host.engine.Digest();
  Engine::Repair repair;
  EXPECT_EQ(host.engine.Ingest(1, host.journal[1], &repair), Engine::Ingested::kWhole);
  EXPECT_EQ(host.engine.Digest(), digest);
  std::string newer = host.journal[1];
  newer[4] = 9;
  const uint32_t crc = MaskedCrc32c(Crc32c(std::string_view(newer).substr(0, 20)));
  for (size_t i = 0; i < 4; ++i) newer[20 + i] = static_cast<char>(crc >> (8 * i) & 0xFF);
  EXPECT_EQ(host.engine.Ingest(2, newer, &repair), Engine::Ingested::kNewerFormat);
  EXPECT_EQ(host.engine.sequence(), 1U);
}

TEST(Journal, TakesAnotherKindOrAnOldVersionForDamage) {
  for (const auto& [at, value] : {std::pair<size_t, char>{4, 0}, {5, 2}, {5, 5}, {5, 0}, {16, 1}}) {
    std::string bytes = journal::Writer({journal::Kind::kLog, 1}).Finish();
    bytes[at] = value;
    const uint32_t crc = MaskedCrc32c(Crc32c(std::string_view(bytes).substr(0, 20)));
    for (size_t i = 0; i < 4; ++i) bytes[20 + i] = static_cast<char>(crc >> (8 * i) & 0xFF);
    EXPECT_EQ(journal::Read(bytes, 1).verdict, journal::Verdict::kDamaged);
  }
  EXPECT_EQ(journal::FileName(12345678901234567), "12345678901234567");
}

TEST(Ids, WithOtherLettersInTheHintAreForeign) {
  EXPECT_FALSE(ShardOfId("019b76da-a800-7zzz-8000-000000000000"));
  EXPECT_FALSE(ShardOfId("019b76da-a800-7-12-8000-000000000000"));
  EXPECT_FALSE(ShardOfId("019b76da-a800-4123-8000-000000000000"));
  EXPECT_FALSE(ShardOfId("019b76da+a800-7123-8000-000000000000"));
  EXPECT_FALSE(ShardOfId("019b76da-a800+7123-8000-000000000000"));
}

TEST(Messages, OutOfShapeAreRefusedOrReadAsFarAsTheyGo) {
  Host host;
  const std::string random(16, 'r');
  for (const std::string& message : std::vector<std::string>{
           std::string(), std::string("short"), random, random + "GET", random + "GET services/x",
           random + "GET services/x\nRole", random + "GET services/x\nRole: local",
           random + "GET services/x\n\n{", random + "GET services/%zz\nRole: local\n\n",
           random + "GET services/%2\nRole: local\n\n", random + "GET services/%FF\nRole: local\n\n",
           random + "GET services/x?%zz=1\nRole: local\n\n", random + "GET services/x?a=%zz\nRole: local\n\n",
           random + "GET services/x?&&=\nRole: local\n\n"}) {
    EXPECT_GE(host.engine.Execute(message, 0).status, 400) << message.substr(16 < message.size() ? 16 : 0);
  }
  EXPECT_EQ(host.Call("GET", "services/anonymous/k", "", {{"GroupId", std::string(257, 'x')}}).status, 400);
  EXPECT_EQ(host.Call("GET", "services/anonymous/k", "", {{"ContactCenterId", "\xFF"}}).status, 400);
  EXPECT_EQ(host.Call("GET", "services/anonymous/k", "", {{"Idempotency-Key", "\xFF"}}).status, 400);
  EXPECT_EQ(host.Call("GET", "services/anonymous/%6b", "", {{"X-Other", "1"}, {"claims", "%zz a"}}).status,
            200);
  EXPECT_EQ(host.Call("GET", "/services/anonymous/k").status, 200);
  EXPECT_EQ(host.Call("GET", "/genesys/1/cs/services/anonymous/k").status, 200);
}

TEST(Messages, OfAnswersAreHeadersALineAndTheBody) {
  EXPECT_EQ(Serialize({201, "Location: /x\nAllow: GET\n", "{}"}), "Location: /x\nAllow: GET\n\n{}");
  EXPECT_EQ(Serialize({204, {}, ""}), "\n");
}

TEST(Options, OutOfShapeAreRefusedByName) {
  const std::pair<const char*, const char*> refused[] = {
      {"[]", "options"},
      {R"({"colour":1})", "colour"},
      {R"({"base_path":"x"})", "base_path"},
      {R"({"base_path":"/x/"})", "base_path"},
      {R"({"base_path":1})", "base_path"},
      {R"({"not_found_status":500})", "not_found_status"},
      {R"({"piece_bytes":1023})", "piece_bytes"},
      {R"({"piece_bytes":16777217})", "piece_bytes"},
      {R"({"not_found_status":"404"})", "not_found_status"},
      {R"({"auto_complete_after":0})", "auto_complete_after"},
      {R"({"auto_complete_after":"1"})", "auto_complete_after"},
      {R"({"auto_complete_after":9007199254740993})", "auto_complete_after"},
      {R"({"business_attributes":[]})", "business_attributes"},
      {R"({"business_attributes":{"attributes":[]}})", "business_attributes"},
      {R"({"business_attributes":{"colour":{}}})", "business_attributes"},
      {R"({"business_attributes":{"attributes":{"A":1}}})", "business_attributes"},
      {R"({"business_attributes":{"attributes":{"A":[true]}}})", "business_attributes"},
      {R"({"business_attributes":{"attributes":{"A":{"v":1}}}})", "business_attributes"},
      {R"({"business_attributes":{"mapping":{"Service.media_type":"A"}}})", "business_attributes.mapping"},
      {R"({"business_attributes":{"mapping":{"Service.media_type":1}}})", "business_attributes.mapping"},
  };
  for (const auto& [options, field] : refused) {
    Engine engine;
    const auto failure = engine.Configure(options);
    ASSERT_TRUE(failure) << options;
    EXPECT_EQ(failure->message.rfind(field, 0), 0U) << failure->message;
  }
  Engine engine;
  EXPECT_FALSE(engine.Configure(R"({"base_path":"","not_found_status":404,"auto_complete_after":1,
      "business_attributes":{"attributes":{"A":["a",7]},"mapping":{"Task.task_type":"A","State.state_type":"A"}}})"));
}

TEST(Associations, OfMoreThanTheBodyHasAreRefused) {
  Host host;
  const std::string id = host.Begin(R"({"contact_key":"k"})");
  for (const std::string& body :
       std::vector<std::string>{std::string("[]"), std::string("{}"), std::string(R"({"service_ids":["x"]})"),
                                R"({"customer_id":"C","service_ids":[")" + id + R"("],"colour":1})",
                                R"({"customer_id":7,"service_ids":[")" + id + "\"]}",
                                std::string(R"({"customer_id":"C","service_ids":{}})"),
                                std::string(R"({"customer_id":"C","service_ids":[]})"),
                                std::string(R"({"customer_id":"C","service_ids":[1]})"),
                                std::string(R"({"customer_id":"C","service_ids":["x"]})")}) {
    EXPECT_EQ(host.Call("POST", "local/associations", body).status, 400) << body;
  }
  std::string many = R"({"customer_id":"C","service_ids":[)";
  for (int i = 0; i < 1001; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + '"';
  EXPECT_EQ(host.Call("POST", "local/associations", many + "]}").status, 400);
  for (const char* path : {"local/associations/x", "local/associations/x/sent",
                           "local/associations/x/receipt", "local/associations/x/rejected"}) {
    const char* method = std::string_view(path) == "local/associations/x" ? "GET" : "POST";
    EXPECT_EQ(host.Call(method, path, method[0] == 'G' ? "" : "{}").status, 400) << path;
  }
  EXPECT_EQ(host.Call("GET", "local/outbox").status, 204);
  EXPECT_EQ(host.Call("GET", "local/outbox?colour=x").status, 400);
  EXPECT_EQ(host.Call("GET", "local/associations").body, "[]");
  Host empty;
  EXPECT_EQ(empty.Call("GET", "local/associations").body, "[]");
  EXPECT_EQ(empty.Call("GET", "local/associations/x").status, 400);
}

// An envelope around the text of a list of services.
std::string Around(const std::string& services) {
  Envelope envelope;
  envelope.association_id = "a";
  envelope.customer = "C-1";
  envelope.services = services;
  return EnvelopeText(envelope);
}

TEST(Deliveries, TakeIntegersAsIdsAndRefuseWhatNoServiceIs) {
  Host server;
  server.who = {{"Customer", "C-1"}};
  const Headers json = {{"Content-Type", "application/json"}};
  const std::string started = R"("started":{"timestamp":"2026-01-01T00:00:00Z"})";
  for (
      const std::string& service : std::vector<std::string>{
          R"({"service_id":true,"contact_key":"k",)" + started + "}",
          R"({"service_id":"s","contact_key":"k","started":1})",
          std::string(R"({"service_id":"s","contact_key":"k","started":{}})"),
          std::string(
              R"({"service_id":"s","contact_key":"k","started":{"timestamp":"2026-01-01T00:00:00Z","x":1}})"),
          R"({"service_id":"s","contact_key":"k","completed":{"timestamp":1},)" + started + "}",
          R"({"service_id":"s","contact_key":"k","ttl":1,)" + started + "}",
          R"({"service_id":"s","contact_key":"k","active_states":1,)" + started + "}",
          R"({"service_id":"s","contact_key":"k","active_tasks":[1],)" + started + "}",
          R"({"service_id":"s","contact_key":"k","active_states":[{"state_id":0}],)" + started + "}"}) {
    EXPECT_EQ(server.Call("POST", "associations", Around("[" + service + "]"), json).status, 400) << service;
  }
  for (const char* none : {"[]", "[ ]"}) {
    EXPECT_TRUE(Has(server.Call("POST", "associations", Around(none), json).body, "at least one service"));
  }
  std::string states;
  for (int i = 0; i < 1001; ++i)
    states += (i > 0 ? ",{\"state_id\":" : "{\"state_id\":") + std::to_string(i) + "," + started + "}";
  const std::string many =
      R"([{"service_id":"s","contact_key":"k","active_states":[)" + states + "]," + started + "}]";
  EXPECT_EQ(server.Call("POST", "associations", Around(many), json).status, 413);
  const std::string number = R"([{"service_id":7,"contact_key":"k",)" + started + "}]";
  EXPECT_EQ(server.Call("POST", "associations", Around(number), json).status, 200);
  EXPECT_EQ(server.Call("GET", "services/7").status, 200);
}

}  // namespace
}  // namespace anon
