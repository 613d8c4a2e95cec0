#include "engine.h"

#include <algorithm>

#include "base/sha256.h"
#include "journal/reader.h"
#include "journal/writer.h"
#include "model/json.h"
#include "rest/table.h"

namespace anon {
namespace {

// A snapshot is cut into entries of about this size, so that no record is large.
constexpr size_t kSnapshotEntry = 64 * 1024;

// A snapshot pays when the log outweighs it, and when the files alone make opening slow.
constexpr size_t kLogFiles = 64;
constexpr size_t kMostLogFiles = 1000;

void AppendIds(std::string* out, const char* name, const std::set<std::string>& ids) {
  *out += '"';
  *out += name;
  *out += "\":[";
  bool first = true;
  for (const std::string& id : ids) {
    if (!first) *out += ',';
    first = false;
    AppendQuoted(out, id);
  }
  *out += ']';
}

}  // namespace

Engine::Ingested Engine::Ingest(uint64_t sequence, std::string_view bytes, Repair* repair) {
  journal::File file = journal::Read(bytes, sequence);
  if (file.verdict == journal::Verdict::kNewerFormat) return Ingested::kNewerFormat;
  Rollback();
  if (sequence <= sequence_) return Ingested::kWhole;
  if (file.kind == journal::Kind::kSnapshot && !file.records.empty()) {
    store_.Clear();
    clock_ = 0;
    snapshot_bytes_ = bytes.size();
    log_bytes_ = log_files_ = 0;
  } else {
    log_bytes_ += bytes.size();
    ++log_files_;
  }
  for (size_t i = 0; i < file.records.size(); ++i) {
    Entry entry;
    if (!ReadEntry(file.records[i], &entry)) {
      file.verdict = journal::Verdict::kDamaged;
      for (size_t k = i; k < file.records.size(); ++k) {
        file.lost += journal::kRecordHeaderSize + file.records[k].size();
      }
      file.records.resize(i);
      break;
    }
    clock_ = std::max(clock_, entry.clock);
    store_.Settle(clock_);
    for (const Change& change : entry.changes) store_.Apply(change);
    store_.CollectTouched(&changed_);
    store_.Forget();
  }
  committed_clock_ = clock_;
  sequence_ = sequence;
  if (file.verdict == journal::Verdict::kWhole) return Ingested::kWhole;
  repair->file = Repaired(file);
  repair->lost = file.lost;
  return Ingested::kDamaged;
}

Response Engine::Execute(std::string_view message, int64_t now) {
  DropView();
  Request request;
  if (auto failure = ParseRequest(message, options_.base_path, &request)) {
    return ErrorResponse(*failure);
  }
  const int64_t clock = std::max(now, clock_);
  store_.Settle(clock);
  const size_t mark = store_.Mark();
  Context context(request, options_, &store_, now, clock);
  Answer answer = Dispatch(&context);
  if (const auto* error = std::get_if<Error>(&answer)) {
    store_.UndoTo(mark);
    Response response = ErrorResponse(*error);
    if (error->code == Code::kNotFound) response.status = options_.not_found_status;
    return response;
  }
  if (!context.changes().empty()) {
    std::string& entry = pending_.emplace_back();
    BeginEntry(&entry, clock);
    for (const Change& change : context.changes()) AppendChange(&entry, change);
    clock_ = clock;
    view_ = store_.Mark();
    snapshot_sequence_ = 0;  // a snapshot that was not committed by now never will be
  }
  return std::move(*std::get_if<Response>(&answer));
}

std::string Engine::Seal(uint64_t sequence) const {
  if (pending_.empty()) return {};
  journal::Writer writer(journal::Kind::kLog, sequence);
  for (const std::string& entry : pending_) writer.Append(entry);
  return writer.Finish();
}

void Engine::Commit(uint64_t sequence, size_t file_size) {
  DropView();
  store_.CollectTouched(&changed_);
  store_.Forget();
  view_ = 0;
  pending_.clear();
  committed_clock_ = clock_;
  sequence_ = sequence;
  if (sequence == snapshot_sequence_) {
    snapshot_bytes_ = file_size;
    log_bytes_ = log_files_ = 0;
  } else {
    log_bytes_ += file_size;
    ++log_files_;
  }
}

void Engine::Rollback() {
  store_.UndoTo(0);
  view_ = 0;
  pending_.clear();
  clock_ = committed_clock_;
}

bool Engine::WantsSnapshot() const {
  return log_files_ >= kMostLogFiles || (log_files_ >= kLogFiles && log_bytes_ >= snapshot_bytes_);
}

std::string Engine::Snapshot(uint64_t sequence) {
  Rollback();
  snapshot_sequence_ = sequence;
  journal::Writer writer(journal::Kind::kSnapshot, sequence);
  std::vector<Change> changes;
  store_.Dump(&changes);
  std::string entry;
  BeginEntry(&entry, committed_clock_);
  for (const Change& change : changes) {
    AppendChange(&entry, change);
    if (entry.size() >= kSnapshotEntry) {
      writer.Append(entry);
      entry.clear();
      BeginEntry(&entry, committed_clock_);
    }
  }
  writer.Append(entry);
  return writer.Finish();
}

std::string Engine::Digest() {
  DropView();
  std::vector<Change> changes;
  store_.Dump(&changes);
  // Folded piece by piece, so that a large state never stands in one string.
  std::string piece;
  const auto fold = [&piece] {
    const auto hash = Sha256(piece);
    piece.assign(hash.begin(), hash.end());
  };
  for (const Change& change : changes) {
    AppendChange(&piece, change);
    if (piece.size() >= kSnapshotEntry) fold();
  }
  return Hex(Sha256(piece));
}

std::string Engine::TakeChanges() {
  std::string out = "{";
  AppendIds(&out, "service_ids", changed_.services);
  out += ',';
  AppendIds(&out, "association_ids", changed_.associations);
  out += '}';
  changed_ = Touched();
  return out;
}

void Engine::DropView() { store_.UndoTo(view_); }

}  // namespace anon
