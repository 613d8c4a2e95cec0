// A host around the engine, as small as one can be: a journal in a map, a clock that a test sets, random
// bytes that count. Everything a page's or a server's host does, without storage.
#ifndef ANON_TESTS_CORE_HOST_H_
#define ANON_TESTS_CORE_HOST_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.h"
#include "headers.h"
#include "journal/merger.h"

namespace anon {

struct Result {
  int status = 0;
  std::string body;
  Headers headers;

  [[nodiscard]] std::string Header(std::string_view name) const {
    for (const auto& [one, value] : headers) {
      if (one == name) return value;
    }
    return "";
  }
};

/// Whether `part` stands in `text`; both are shown when it does not.
inline testing::AssertionResult Has(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << '"' << part << "\" is not in " << text;
}

/// Headers of a remote caller: a body of theirs is typed, and none of them is `local`.
inline Headers Remote(std::string_view roles, std::string_view customer = "", std::string_view claims = "") {
  return {{"Role", std::string(roles)},
          {"Customer", std::string(customer)},
          {"Claims", std::string(claims)},
          {"Content-Type", "application/json"}};
}

class Host {
 public:
  int64_t now = 1767225600000;  ///< 2026-01-01T00:00:00Z
  Headers who = {{"Role", "local"}};
  std::map<uint64_t, std::string> journal;

  explicit Host(std::string options = "") : options_(std::move(options)) { Start(); }

  /// Runs one request without committing it.
  Result Execute(std::string_view method, std::string_view target, std::string_view body = "",
                 const Headers& headers = {}) {
    std::string message(16, '\0');
    ++drawn_;
    for (size_t i = 0; i < 8; ++i) message[i] = static_cast<char>(drawn_ >> (8 * i) & 0xFF);
    message += std::string(method) + ' ' + std::string(target) + '\n';
    for (const Headers* list : std::initializer_list<const Headers*>{&who, &headers}) {
      for (const auto& [name, value] : *list) message += name + ": " + value + '\n';
    }
    message += '\n';
    message += body;
    Response response = engine.Execute(message, now);
    return {response.status, std::move(response.body), HeadersOf(response.headers)};
  }

  /// Runs one request and commits what it changed.
  Result Call(std::string_view method, std::string_view target, std::string_view body = "",
              const Headers& headers = {}) {
    Result result = Execute(method, target, body, headers);
    Commit();
    return result;
  }

  void Commit() {
    const uint64_t sequence = engine.sequence() + 1;
    const std::string file = engine.Seal(sequence);
    if (file.empty()) return;
    journal[sequence] = file;
    engine.Commit(sequence, file.size());
  }

  /// Writes the next piece of a checkpoint; answers whether it was the last.
  bool CommitPiece() {
    const uint64_t sequence = engine.sequence() + 1;
    uint64_t drop = 0;
    journal[sequence] = engine.Piece(sequence, &drop);
    engine.Commit(sequence, journal[sequence].size());
    journal.erase(journal.begin(), journal.lower_bound(drop));
    return drop != 0;
  }

  /// Writes the whole state in pieces, in place of all files before.
  void Checkpoint() {
    while (!CommitPiece()) {
    }
  }

  /// Does what compaction asks for, until nothing is asked for any more.
  void Compact() {
    for (auto step = engine.NextStep(); step.task != journal::Catalog::Task::kNone;
         step = engine.NextStep()) {
      if (step.task == journal::Catalog::Task::kPiece) {
        CommitPiece();
        continue;
      }
      journal::Merger merger;
      const auto from = journal.lower_bound(step.first);
      const auto to = journal.find(step.last);
      for (auto one = from; one != std::next(to); ++one) EXPECT_TRUE(merger.Add(one->first, one->second));
      to->second = merger.Finish();
      engine.Merged(step.first, step.last, to->second.size());
      journal.erase(from, to);
    }
  }

  /// Takes everything since the last commit back.
  void Rollback() { engine.Rollback(); }

  /// Everything in memory is gone; the journal is read again.
  void Reopen() {
    engine = Engine();
    Start();
  }

  /// Starts a service and answers its id.
  std::string Begin(std::string_view body) {
    return Field(Call("POST", "services/start", body).body, "service_id");
  }

  /// The text of a string member anywhere in `json`: enough for what tests ask.
  static std::string Field(std::string_view json, std::string_view name) {
    const std::string key = "\"" + std::string(name) + "\":\"";
    const size_t at = json.find(key);
    if (at == std::string_view::npos) return "";
    const size_t begin = at + key.size();
    return std::string(json.substr(begin, json.find('"', begin) - begin));
  }

  Engine engine;
  Engine::Repair repair;
  Engine::Ingested worst = Engine::Ingested::kWhole;

 private:
  void Start() {
    if (!options_.empty() && engine.Configure(options_)) worst = Engine::Ingested::kNewerFormat;
    for (const auto& [sequence, file] : journal) {
      const auto ingested = engine.Ingest(sequence, file, &repair);
      if (ingested != Engine::Ingested::kWhole) worst = ingested;
    }
  }

  std::string options_;
  uint64_t drawn_ = 0;
};

}  // namespace anon

#endif  // ANON_TESTS_CORE_HOST_H_
