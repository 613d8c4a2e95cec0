// The states that one store can be in, each reached through a real engine and kept as its journal: a state is
// a chain of files. Engines cannot be copied, but they can be built from a journal, and they take back what
// was only tried: so each state has an engine while it is in use, which tries requests and rolls them back.
//
// What is tried once at a state is not tried again (browser.h, server.h keep the outcomes), since the core is
// deterministic: the same journal and request give the same bytes. That is not taken on trust: every state is
// read back in other ways too, and has to be the same (Check).
#ifndef ANON_TESTS_MODEL_HISTORY_H_
#define ANON_TESTS_MODEL_HISTORY_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.h"

namespace anon::model {

/// 2026-01-01T00:00:00Z, when everything happens that does not happen later.
inline constexpr int64_t kNow = 1767225600000;
/// Behind the window in which an acknowledged association can be undone.
inline constexpr int64_t kLater = kNow + int64_t{25} * 3600 * 1000;

/// A request as it crosses into the core. `drawn` stands for the random bytes.
[[nodiscard]] std::string Message(uint32_t drawn, std::string_view method, std::string_view target,
                                  std::string_view headers, std::string_view body);

class History {
 public:
  using Id = uint32_t;
  static constexpr Id kEmpty = 0;

  History();

  /// What a commit would store, and the digest of the state that it would make.
  struct Trial {
    std::string file;  ///< empty if nothing would change
    std::string digest;
    uint64_t drop = 0;  ///< the number below which all files go
  };

  /// Runs `work` on the engine of a state, seals what it changed under the number after `above`, and takes it
  /// back.
  template <class Work>
  Trial Try(Id at, Id above, Work work) {
    Engine& engine = Live(at);
    work(engine);
    ++runs_;
    Trial trial;
    trial.file = engine.Seal(nodes_[above].sequence + 1);
    if (!trial.file.empty()) trial.digest = engine.Digest();
    engine.Rollback();
    return trial;
  }
  /// The same of a checkpoint in one piece.
  Trial Piece(Id at);

  /// The state after that commit. Its engine reads the journal, and has to come to the digest that the trial
  /// had; `problem` says if not.
  Id Add(Id parent, const Trial& trial, std::string* problem);

  /// The same where another state's commit is stored behind this one's files, whoever made it on what.
  Id Append(Id parent, Id numbered, const Trial& trial);

  /// The state's own engine. It stays valid until the next call.
  Engine& Live(Id id);
  [[nodiscard]] const std::string& digest(Id id) const { return nodes_[id].digest; }
  [[nodiscard]] uint64_t sequence(Id id) const { return nodes_[id].sequence; }

  /// Everything in the state, as changes that would make it.
  [[nodiscard]] std::vector<std::string> Dump(Id id);

  /// Reads the state back as other tabs would: one that had read only a part of the files, one that reads
  /// them merged, one that reads a checkpoint. All have to be the same. Empty if they are.
  [[nodiscard]] std::string Check(Id id);

  [[nodiscard]] uint64_t runs() const { return runs_; }
  [[nodiscard]] uint64_t built() const { return built_; }

 private:
  struct Node {
    Id parent = kEmpty;
    uint64_t sequence = 0;
    uint64_t drop = 0;
    std::string file;
    std::string digest;
    std::unique_ptr<Engine> engine;
  };
  struct Numbered {
    uint64_t sequence = 0;
    std::string_view bytes;
  };

  [[nodiscard]] std::vector<Numbered> Files(Id id) const;
  [[nodiscard]] std::unique_ptr<Engine> Read(const std::vector<Numbered>& files);

  std::deque<Node> nodes_;
  std::deque<Id> alive_;  ///< states that have an engine, the oldest first
  uint64_t runs_ = 0;
  uint64_t built_ = 0;
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_HISTORY_H_
