// Every byte of every kind of file flipped, every length cut: the store opens, keeps all records before the
// damage, says what is lost, and goes on; what it writes in place of the damaged file reads back to the same.
#include <gtest/gtest.h>

#include <functional>

#include "host.h"

namespace anon {
namespace {

constexpr const char* kSmallPieces = R"({"piece_bytes":1024})";

/// A journal with three pieces, a segment and two logs, the first of them with two operations.
std::map<uint64_t, std::string> EveryKind() {
  Host host(kSmallPieces);
  for (int i = 0; i < 16; ++i) {
    const std::string id = host.Begin(R"({"contact_key":"k","Cart":[1]})");
    host.Call("POST", "services/" + id + "/states/start");
    if (i % 5 == 0)
      host.Call("POST", "local/associations", R"({"customer_id":"C","service_ids":[")" + id + "\"]}");
  }
  host.Checkpoint();
  const uint64_t pieces = host.engine.sequence();
  for (int i = 0; i < 3; ++i) host.Begin(R"({"contact_key":"k","ttl":9})");
  journal::Merger merger;
  for (uint64_t i = pieces + 1; i <= pieces + 3; ++i) EXPECT_TRUE(merger.Add(i, host.journal[i]));
  host.journal[pieces + 3] = merger.Finish();
  host.journal.erase(pieces + 1);
  host.journal.erase(pieces + 2);
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Execute("POST", "services/start", R"({"contact_key":"l"})");
  host.Commit();
  host.Begin(R"({"contact_key":"m"})");
  return host.journal;
}

/// Where the header and each record of a file end.
std::vector<size_t> Ends(const std::string& file, uint64_t sequence) {
  std::vector<size_t> ends{journal::kHeaderSize};
  for (const std::string_view record : journal::Read(file, sequence).records) {
    ends.push_back(ends.back() + journal::kRecordHeaderSize + record.size());
  }
  return ends;
}

/// What is left, as a digest, when of one file only the first bytes are there, which end with a record.
std::string Left(std::map<uint64_t, std::string> files, uint64_t sequence, size_t size) {
  if (size <= journal::kHeaderSize) {
    files.erase(sequence);
  } else {
    files[sequence].resize(size);
  }
  Host host;
  host.journal = std::move(files);
  host.Reopen();
  return host.engine.Digest();
}

class Corruption : public testing::Test {
 protected:
  const std::map<uint64_t, std::string> files = EveryKind();

  /// `bend` changes the file so that all before `size` stays; answers what the damaged store came to.
  void Check(uint64_t sequence, size_t size, bool cut, const std::function<void(std::string*)>& bend) {
    const std::vector<size_t> ends = Ends(files.at(sequence), sequence);
    size_t good = 0;
    for (const size_t end : ends) {
      if (end <= size) good = end;
    }
    auto& expected = left_[{sequence, good}];
    if (expected.empty()) expected = Left(files, sequence, good);
    Host host;
    host.journal = files;
    bend(&host.journal[sequence]);
    host.Reopen();
    const bool whole = cut && good == size && size > 0;
    ASSERT_EQ(host.worst, whole ? Engine::Ingested::kWhole : Engine::Ingested::kDamaged);
    ASSERT_EQ(host.engine.Digest(), expected);
    if (whole) return;
    ASSERT_GT(host.repair.lost + (cut ? 1 : 0), 0U);
    host.journal[sequence] = host.repair.file;
    host.worst = Engine::Ingested::kWhole;
    host.Reopen();
    ASSERT_EQ(host.worst, Engine::Ingested::kWhole);
    ASSERT_EQ(host.engine.Digest(), expected);
  }

 private:
  std::map<std::pair<uint64_t, size_t>, std::string> left_;
};

TEST_F(Corruption, AFlippedByteAnywhereCostsOnlyWhatComesAfterItInItsFile) {
  for (const auto& [sequence, file] : files) {
    for (size_t at = 0; at < file.size(); ++at) {
      SCOPED_TRACE(std::to_string(sequence) + " at " + std::to_string(at));
      Check(sequence, at, false,
            [at = at](std::string* bytes) { (*bytes)[at] = static_cast<char>((*bytes)[at] ^ 1 << at % 8); });
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(Corruption, AFileCutAnywhereCostsOnlyWhatIsCutOff) {
  for (const auto& [sequence, file] : files) {
    for (size_t size = 0; size < file.size(); ++size) {
      SCOPED_TRACE(std::to_string(sequence) + " to " + std::to_string(size));
      Check(sequence, size, true, [size = size](std::string* bytes) { bytes->resize(size); });
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(Corruption, AStoreThatMissesAFileGoesOnAndItsNextCheckpointMakesAllReadersAlike) {
  for (const auto& [sequence, file] : files) {
    Host host;
    host.journal = files;
    host.journal.erase(sequence);
    host.Reopen();
    ASSERT_EQ(host.Call("POST", "services/start", R"({"contact_key":"k"})").status, 201) << sequence;
    // The next checkpoint makes everybody the same again.
    Host other;
    other.journal = host.journal;
    other.Reopen();
    host.Checkpoint();
    for (const auto& [number, content] : host.journal) {
      ASSERT_EQ(other.engine.Ingest(number, content, &other.repair), Engine::Ingested::kWhole);
    }
    ASSERT_EQ(other.engine.Digest(), host.engine.Digest()) << sequence;
  }
}

TEST_F(Corruption, ADamagedPieceOfACheckpointUnderWayIsAsIfItHadNotBeenWritten) {
  Host host(kSmallPieces);
  for (int i = 0; i < 60; ++i) host.Begin(R"({"contact_key":"k","Cart":[1]})");
  host.CommitPiece();
  host.CommitPiece();
  const std::string digest = host.engine.Digest();
  const uint64_t sequence = host.engine.sequence();
  const std::string piece = host.journal[sequence];
  for (size_t at = 0; at < piece.size(); at += 5) {
    Host opened(kSmallPieces);
    opened.journal = host.journal;
    opened.journal[sequence][at] = static_cast<char>(piece[at] ^ 0x20);
    opened.Reopen();
    ASSERT_EQ(opened.worst, Engine::Ingested::kDamaged) << at;
    ASSERT_EQ(opened.engine.Digest(), digest) << at;
    opened.journal[sequence] = opened.repair.file;
    opened.Begin(R"({"contact_key":"after"})");
    const std::string after = opened.engine.Digest();
    opened.Checkpoint();
    opened.worst = Engine::Ingested::kWhole;
    opened.Reopen();
    ASSERT_EQ(opened.worst, Engine::Ingested::kWhole);
    ASSERT_EQ(opened.engine.Digest(), after) << at;
  }
}

TEST(Repair, WhoeverReadsARepairedFileTakesTheNextCheckpointForTheWholeTruth) {
  Host host(kSmallPieces);
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Execute("POST", "services/start", R"({"contact_key":"k"})");
  host.Commit();
  std::string damaged = host.journal[1];
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  Host opened(kSmallPieces);
  opened.journal = {{1, damaged}};
  opened.Reopen();
  ASSERT_EQ(opened.worst, Engine::Ingested::kDamaged);
  // Whoever read the file before it was damaged still knows everything and writes it down.
  Host later(kSmallPieces);
  later.journal = {{1, opened.repair.file}};
  later.Reopen();
  host.Checkpoint();
  for (Host* reader : {&opened, &later}) {
    EXPECT_NE(reader->engine.Digest(), host.engine.Digest());
    for (const auto& [sequence, file] : host.journal) {
      EXPECT_EQ(reader->engine.Ingest(sequence, file, &reader->repair), Engine::Ingested::kWhole);
    }
    EXPECT_EQ(reader->engine.Digest(), host.engine.Digest());
  }
}

}  // namespace
}  // namespace anon
