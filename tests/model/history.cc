#include "history.h"

#include <algorithm>

#include "journal/merger.h"
#include "journal/reader.h"
#include "store/change.h"

namespace anon::model {
namespace {

constexpr size_t kAlive = 4096;  // engines in memory, each of some kilobytes

}  // namespace

std::string Message(uint32_t drawn, std::string_view method, std::string_view target,
                    std::string_view headers, std::string_view body) {
  std::string out(16, '\0');
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(drawn >> (8 * i) & 0xFF);
  out += method;
  out += ' ';
  out += target;
  out += '\n';
  out += headers;
  out += '\n';
  out += body;
  return out;
}

History::History() {
  Node& empty = nodes_.emplace_back();
  empty.digest = Engine().Digest();
}

History::Trial History::Piece(Id at) {
  Engine& engine = Live(at);
  ++runs_;
  Trial trial;
  trial.file = engine.Piece(nodes_[at].sequence + 1, &trial.drop);
  trial.digest = nodes_[at].digest;
  engine.Rollback();
  return trial;
}

History::Id History::Add(Id parent, const Trial& trial, std::string* problem) {
  const Id id = Append(parent, parent, trial);
  if (nodes_[id].digest != trial.digest) *problem = "the journal does not read back to what was committed";
  return id;
}

History::Id History::Append(Id parent, Id numbered, const Trial& trial) {
  const Id id = static_cast<Id>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.parent = parent;
  node.sequence = nodes_[numbered].sequence + 1;
  node.drop = trial.drop;
  node.file = trial.file;
  node.digest = Live(id).Digest();
  return id;
}

Engine& History::Live(Id id) {
  Node& node = nodes_[id];
  if (node.engine == nullptr) {
    node.engine = Read(Files(id));
    alive_.push_back(id);
    if (alive_.size() > kAlive) {
      nodes_[alive_.front()].engine = nullptr;
      alive_.pop_front();
    }
  }
  return *node.engine;
}

std::vector<std::string> History::Dump(Id id) {
  const Trial piece = Piece(id);
  const journal::File file = journal::Read(piece.file, nodes_[id].sequence + 1);
  return {file.records.begin() + 1, file.records.end()};
}

std::string History::Check(Id id) {
  const std::string& digest = nodes_[id].digest;
  const std::vector<Numbered> files = Files(id);
  const Id parent = nodes_[id].parent;
  if (parent != kEmpty) {
    // A tab that had read what its own parent state had, and takes in what is new.
    const auto behind = Read(Files(nodes_[parent].parent));
    Engine::Repair repair;
    for (const Numbered& file : files) behind->Ingest(file.sequence, file.bytes, &repair);
    if (behind->Digest() != digest) return "a tab that was behind comes to another state";
  }
  if (files.size() > 1) {
    journal::Merger merger;
    bool merges = true;
    for (const Numbered& file : files) merges = merges && merger.Add(file.sequence, file.bytes);
    if (merges) {
      const std::string segment = merger.Finish();
      if (Read({{nodes_[id].sequence, segment}})->Digest() != digest) return "merged files read differently";
    }
  }
  const Trial piece = Piece(id);
  if (Read({{nodes_[id].sequence + 1, piece.file}})->Digest() != digest) {
    return "a checkpoint reads differently";
  }
  return {};
}

std::vector<History::Numbered> History::Files(Id id) const {
  std::vector<Numbered> files;
  uint64_t drop = 0;
  for (Id at = id; at != kEmpty && nodes_[at].sequence >= drop; at = nodes_[at].parent) {
    files.push_back({nodes_[at].sequence, nodes_[at].file});
    drop = std::max(drop, nodes_[at].drop);
  }
  std::reverse(files.begin(), files.end());
  return files;
}

std::unique_ptr<Engine> History::Read(const std::vector<Numbered>& files) {
  ++built_;
  auto engine = std::make_unique<Engine>();
  Engine::Repair repair;
  for (const Numbered& file : files) engine->Ingest(file.sequence, file.bytes, &repair);
  return engine;
}

}  // namespace anon::model
