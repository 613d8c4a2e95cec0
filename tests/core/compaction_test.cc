// Merges and checkpoints: whoever reads what files, at whatever moment, comes to the same state.
#include <gtest/gtest.h>

#include <random>

#include "base/sha256.h"
#include "host.h"

namespace anon {
namespace {

using journal::Catalog;

constexpr const char* kSmallPieces = R"({"piece_bytes":1024})";

/// Services with parts, some removed, some handed over: every kind of resource.
void Fill(Host* host, int services) {
  for (int i = 0; i < services; ++i) {
    host->now += 7;
    const std::string id = host->Begin(R"({"contact_key":"k","auto_complete_after":60,"Cart":[1]})");
    host->Call("POST", "services/" + id + "/states/start");
    host->Call("POST", "services/" + id + "/tasks/start");
    if (i % 3 == 0) host->Call("DELETE", "services/" + id);
    if (i % 3 == 1) {
      host->Call("POST", "local/associations", R"({"customer_id":"C-1","service_ids":[")" + id + "\"]}");
    }
  }
}

/// The digest of whoever reads these files for the first time; the files of a span that is theirs are passed
/// over.
std::string DigestOf(const Host& host) {
  Host opened(kSmallPieces);
  opened.journal = host.journal;
  opened.Reopen();
  EXPECT_EQ(opened.worst, Engine::Ingested::kWhole);
  return opened.engine.Digest();
}

void Follow(Host* reader, const Host& writer) {
  Engine::Repair repair;
  for (const auto& [sequence, file] : writer.journal) {
    ASSERT_EQ(reader->engine.Ingest(sequence, file, &repair), Engine::Ingested::kWhole);
  }
  reader->journal = writer.journal;
}

TEST(Compaction, ACheckpointStandsForEverythingBeforeIt) {
  Host host(kSmallPieces);
  Fill(&host, 30);
  Host stale(kSmallPieces);
  stale.Begin(R"({"contact_key":"other"})");
  const std::string digest = host.engine.Digest();
  const size_t logs = host.journal.size();
  host.Checkpoint();
  EXPECT_GT(host.journal.size(), 3U) << "in several pieces";
  EXPECT_LT(host.journal.size(), logs);
  EXPECT_EQ(host.engine.Digest(), digest);
  EXPECT_EQ(DigestOf(host), digest);
  // A tab that had seen only a beginning, and something that no longer is, takes the pieces in and is the
  // same.
  Follow(&stale, host);
  EXPECT_EQ(stale.engine.Digest(), digest);
}

TEST(Compaction, OperationsBetweenThePiecesAreSeenByEveryReader) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    Host host(kSmallPieces);
    Host early(kSmallPieces);
    Fill(&host, 12);
    Follow(&early, host);
    Host late(kSmallPieces);
    for (bool last = false; !last;) {
      if (random() % 2 == 0) Fill(&host, 1 + static_cast<int>(random() % 3));
      if (random() % 4 == 0) Follow(&early, host);
      host.now += random() % 30000;
      ASSERT_EQ(DigestOf(host), host.engine.Digest()) << seed << ": half a checkpoint is harmless";
      last = host.CommitPiece();
    }
    Fill(&host, 2);
    Follow(&early, host);
    Follow(&late, host);
    ASSERT_EQ(early.engine.Digest(), host.engine.Digest()) << seed;
    ASSERT_EQ(late.engine.Digest(), host.engine.Digest()) << seed;
  }
}

TEST(Compaction, AnotherTabGoesOnWithACheckpointWhoseWriterIsGone) {
  Host host(kSmallPieces);
  Fill(&host, 20);
  host.CommitPiece();
  host.CommitPiece();
  Host heir(kSmallPieces);
  Follow(&heir, host);
  EXPECT_EQ(heir.engine.NextStep().task, Catalog::Task::kPiece);
  size_t pieces = 1;
  while (!heir.CommitPiece()) ++pieces;
  Host whole(kSmallPieces);
  Follow(&whole, host);
  size_t all = 1;
  while (!whole.CommitPiece()) ++all;
  EXPECT_EQ(pieces, all) << "two pieces were there already";
  EXPECT_EQ(DigestOf(heir), host.engine.Digest());
  EXPECT_EQ(heir.engine.NextStep().task, Catalog::Task::kNone);
}

TEST(Compaction, APieceThatWasGivenUpIsNotTakenForTheLogThatTookItsPlace) {
  Host host(kSmallPieces);
  Fill(&host, 20);
  uint64_t drop = 0;
  EXPECT_FALSE(host.engine.Piece(host.engine.sequence() + 1, &drop).empty());
  host.Rollback();
  host.Begin(R"({"contact_key":"k"})");
  EXPECT_EQ(host.engine.catalog().checkpoint(), 0U);
  EXPECT_EQ(DigestOf(host), host.engine.Digest());
}

TEST(Compaction, AReaderOfASegmentPassesOverWhatItKnows) {
  Host host;
  Fill(&host, 20);
  const auto files = host.journal;
  const uint64_t last = files.rbegin()->first;
  // Every reader that stopped somewhere goes on with the segment of it all, and so does one of a segment of
  // segments.
  for (uint64_t seen = 0; seen < last; ++seen) {
    Host reader;
    for (uint64_t i = 1; i <= seen; ++i) reader.journal[i] = files.at(i);
    reader.Reopen();
    journal::Merger inner, outer;
    for (uint64_t i = 1; i <= last / 2; ++i) ASSERT_TRUE(inner.Add(i, files.at(i)));
    ASSERT_TRUE(outer.Add(last / 2, inner.Finish()));
    for (uint64_t i = last / 2 + 1; i <= last; ++i) ASSERT_TRUE(outer.Add(i, files.at(i)));
    const std::string segment = outer.Finish();
    ASSERT_EQ(Engine::Covered(last, segment).first, 1U);
    ASSERT_EQ(Engine::Covered(last, segment).last, last - 1);
    ASSERT_EQ(reader.engine.Ingest(last, segment, &reader.repair), Engine::Ingested::kWhole);
    ASSERT_EQ(reader.engine.Digest(), host.engine.Digest()) << seen;
  }
}

TEST(Compaction, AFileSaysWhichOnesItMakesVoid) {
  Host host(kSmallPieces);
  Fill(&host, 20);
  const uint64_t begin = host.engine.sequence() + 1;
  host.CommitPiece();
  const auto range = [&](uint64_t sequence) {
    // What stands behind the first 4 KiB is not needed.
    const auto [first, last] = Engine::Covered(sequence, host.journal[sequence].substr(0, 4096));
    return std::pair(first, last);
  };
  const std::pair<uint64_t, uint64_t> none(1, 0);
  EXPECT_EQ(range(begin - 1), none);
  EXPECT_EQ(range(begin), none) << "a checkpoint that is not finished";
  host.Checkpoint();
  EXPECT_EQ(range(begin), none);
  EXPECT_EQ(range(host.engine.sequence()), std::pair(uint64_t{1}, begin - 1));
  EXPECT_EQ(Engine::Covered(7, "ANSJ").last, 0U);
}

TEST(Compaction, ASegmentWithAGapSaysSo) {
  Host host;
  Fill(&host, 6);
  journal::Merger merger;
  ASSERT_TRUE(merger.Add(1, host.journal[1]));
  ASSERT_TRUE(merger.Add(3, host.journal[3]));
  EXPECT_TRUE(journal::Read(merger.Finish(), 3).header.incomplete);
  ASSERT_TRUE(merger.Add(3, host.journal[3]));
  ASSERT_TRUE(merger.Add(4, host.journal[4]));
  EXPECT_FALSE(journal::Read(merger.Finish(), 4).header.incomplete);
}

TEST(Compaction, KeepsTheFilesFewAndCopiesEachByteAFewTimes) {
  for (const size_t large : {0U, 3U, 40U}) {
    Host host;
    const std::string filler(100 * 1024, 'x');
    size_t most = 0;
    size_t written = 0;
    size_t committed = 0;
    for (int i = 0; i < 6000; ++i) {
      // Now and then something that is too large to be merged.
      const bool is_large = large > 0 && i % large == large - 1 && i < 900;
      host.Begin(is_large ? R"({"contact_key":"k","ttl":1,"Filler":[")" + filler + "\",\"" + filler +
                                "\",\"" + filler + "\"]}"
                          : R"({"contact_key":"k","ttl":2})");
      host.now += 50;
      committed += host.journal.rbegin()->second.size();
      const auto before = host.journal;
      host.Compact();
      for (const auto& [sequence, file] : host.journal) {
        const auto found = before.find(sequence);
        if (found == before.end() || found->second.size() != file.size()) written += file.size();
      }
      most = std::max(most, host.journal.size());
    }
    EXPECT_LT(most, 200U) << large;
    EXPECT_LT(written, 6 * committed) << large;
    EXPECT_EQ(DigestOf(host), host.engine.Digest());
  }
}

TEST(Compaction, StaysBelowTwoHundredFilesWhenEveryStepComesLate) {
  // One step for each commit, as when writers are faster than the compaction.
  Host host(kSmallPieces);
  size_t most = 0;
  for (int i = 0; i < 3000; ++i) {
    host.Begin(R"({"contact_key":"k","Filler":")" + std::string(i % 7 * 100, 'x') + "\"}");
    const auto step = host.engine.NextStep();
    if (step.task == Catalog::Task::kPiece) host.CommitPiece();
    if (step.task == Catalog::Task::kMerge) {
      journal::Merger merger;
      const auto to = host.journal.find(step.last);
      for (auto one = host.journal.lower_bound(step.first); one != std::next(to); ++one) {
        ASSERT_TRUE(merger.Add(one->first, one->second));
      }
      to->second = merger.Finish();
      host.engine.Merged(step.first, step.last, to->second.size());
      host.journal.erase(host.journal.lower_bound(step.first), to);
    }
    most = std::max(most, host.journal.size());
  }
  EXPECT_LT(most, 200U);
  EXPECT_EQ(DigestOf(host), host.engine.Digest());
}

/// One of several hosts on one journal: it sees what the others committed, but of their merges only what it
/// comes upon.
class Writer {
 public:
  explicit Writer(std::map<uint64_t, std::string>* journal) : journal_(journal) {
    if (host_.engine.Configure(kSmallPieces)) ADD_FAILURE();
  }

  void Commit(std::string_view body) {
    Look();
    host_.Execute("POST", "services/start", body);
    Add(host_.engine.Seal(host_.engine.sequence() + 1), 0);
  }

  /// One step of compaction; false if none is due.
  bool Step() {
    Look();
    const auto step = host_.engine.NextStep();
    if (step.task == Catalog::Task::kPiece) {
      uint64_t drop = 0;
      const std::string piece = host_.engine.Piece(host_.engine.sequence() + 1, &drop);
      Add(piece, drop);
    } else if (step.task == Catalog::Task::kMerge) {
      Merge(step.first, step.last);
    }
    return step.task != Catalog::Task::kNone;
  }

  [[nodiscard]] bool full() { return host_.engine.catalog().files() >= Catalog::kFull; }
  [[nodiscard]] Host& host() { return host_; }
  void Look() {
    for (auto one = journal_->upper_bound(host_.engine.sequence()); one != journal_->end(); ++one) {
      EXPECT_EQ(host_.engine.Ingest(one->first, one->second, &host_.repair), Engine::Ingested::kWhole);
    }
  }

 private:
  void Add(const std::string& file, uint64_t drop) {
    const uint64_t sequence = host_.engine.sequence() + 1;
    ASSERT_EQ(journal_->count(sequence), 0U);
    (*journal_)[sequence] = file;
    journal_->erase(journal_->begin(), journal_->lower_bound(drop));
    host_.engine.Commit(sequence, file.size());
  }

  void Merge(uint64_t first, uint64_t last) {
    const auto from = journal_->lower_bound(first);
    const auto to = journal_->upper_bound(last);
    size_t size = from == to ? 0 : std::prev(to)->second.size();
    if (std::distance(from, to) > 1) {
      journal::Merger merger;
      for (auto one = from; one != to; ++one) EXPECT_TRUE(merger.Add(one->first, one->second));
      const std::string segment = merger.Finish();
      size = segment.size();
      journal_->erase(from, to);
      (*journal_)[last] = segment;
    }
    host_.engine.Merged(first, last, size);
  }

  std::map<uint64_t, std::string>* journal_;
  Host host_;
};

TEST(Compaction, ManyWritersOfWhichOnlyOneCompactsNowAndThenStayBelowTwoHundredFiles) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 random(seed);
    std::map<uint64_t, std::string> journal;
    std::vector<std::unique_ptr<Writer>> writers;
    for (int i = 0; i < 8; ++i) writers.push_back(std::make_unique<Writer>(&journal));
    size_t most = 0;
    for (int i = 0; i < 3000; ++i) {
      Writer& writer = *writers[random() % writers.size()];
      // Who finds it full compacts before it commits; else a step is rare, and some never take one.
      writer.Look();
      while (writer.full() && writer.Step()) most = std::max(most, journal.size());
      const std::string filler(random() % 20 == 0 ? random() % 40000 : random() % 300, 'x');
      writer.Commit(R"({"contact_key":"k","Filler":")" + filler + "\"}");
      most = std::max(most, journal.size());
      if (random() % (3 + 10 * seed) == 0) writers[random() % 4]->Step();
    }
    EXPECT_LT(most, 200U) << seed;
    Host opened(kSmallPieces);
    opened.journal = journal;
    opened.Reopen();
    for (const auto& writer : writers) {
      writer->Look();
      EXPECT_EQ(writer->host().engine.Digest(), opened.engine.Digest()) << seed;
    }
  }
}

TEST(Compaction, APieceHeadHasTheBytesThatItsFormatSays) {
  PieceHead head{300, Position(), false, Position({"T", 0, -2, "id"})};
  EXPECT_EQ(Hex(EncodeHead(head)),
            "ac02"
            "0000ffffffffffffffffff0100"
            "00"
            "01540003026964");
  head = {300, Position({"T", 1, INT64_MIN, "a"}), true, Position()};
  EXPECT_EQ(Hex(EncodeHead(head)),
            "ac02"
            "015401ffffffffffffffffff010161"
            "01"
            "0000ffffffffffffffffff0100");
  PieceHead read;
  ASSERT_TRUE(ReadHead(EncodeHead(head), &read));
  EXPECT_TRUE(read.last && read.begin == 300 && read.from == head.from);
  EXPECT_FALSE(ReadHead(EncodeHead(head) + "x", &read));
  const std::string whole = EncodeHead(head);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(ReadHead(whole.substr(0, size), &read)) << size;
}

TEST(Catalog, AMergeTakesTheOldestRunOfOneTier) {
  Catalog catalog;
  size_t copied = 0;
  for (uint64_t i = 1; i <= 2000; ++i) {
    catalog.Add({i, i, 1000});
    const auto step = catalog.Next(1000 * i);
    if (step.task == Catalog::Task::kNone) continue;
    ASSERT_EQ(step.task, Catalog::Task::kMerge);
    const size_t run = (step.last - step.first + 1) * 1000;
    copied += run;
    catalog.Add({step.first, step.last, run});
  }
  // One run of 32 runs of 32; of the rest 30 runs of 32, and 16 that are not merged.
  EXPECT_EQ(catalog.files(), 1U + 30U + 16U);
  EXPECT_EQ(copied, 1984U * 1000 + 1024U * 1000) << "each byte once in a tier";
}

TEST(Catalog, SmallFilesDoNotTakeALargeOneAlong) {
  Catalog catalog;
  catalog.Add({1, 1, 500000});
  for (uint64_t i = 2; i <= 33; ++i) catalog.Add({i, i, 1000});
  const auto step = catalog.Next(500000);
  ASSERT_EQ(step.task, Catalog::Task::kMerge);
  EXPECT_EQ(step.first, 2U);
}

TEST(Catalog, ACheckpointIsDueOnceMostOfTheBytesAreVoid) {
  Catalog catalog;
  catalog.Add({1, 1, 300000});
  EXPECT_EQ(catalog.Next(150000).task, Catalog::Task::kNone);
  EXPECT_EQ(catalog.Next(100000).task, Catalog::Task::kPiece);
}

TEST(Catalog, AFileOfAnOlderFormatIsWrittenAnew) {
  Catalog catalog;
  catalog.Add({1, 1, 100, false, true});
  EXPECT_EQ(catalog.Next(100).task, Catalog::Task::kPiece);
}

TEST(Catalog, WhatCannotBeMergedIsLeftAlone) {
  Catalog catalog;
  catalog.AddPiece({1, 1, 1000000, true}, 1, true);
  for (uint64_t i = 2; i <= 33; ++i) catalog.Add({i, i, 100});
  ASSERT_EQ(catalog.Next(1000000).task, Catalog::Task::kMerge);
  catalog.Bar(20);
  EXPECT_EQ(catalog.Next(1000000).task, Catalog::Task::kNone);
}

}  // namespace
}  // namespace anon
