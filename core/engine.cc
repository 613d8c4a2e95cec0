#include "engine.h"

#include <algorithm>

#include "association/association.h"
#include "base/bytes.h"
#include "base/sha256.h"
#include "journal/writer.h"
#include "model/json.h"
#include "rest/table.h"

namespace anon {
namespace {

// A dump is cut into entries of about this size, so that no record is large.
constexpr size_t kDumpEntry = 64 * 1024;

void SortOut(std::vector<std::string>* ids) {
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

void AppendIds(std::string* out, const char* name, const std::vector<std::string>& ids) {
  *out += '"';
  *out += name;
  *out += "\":[";
  for (const std::string& id : ids) {
    if (out->back() != '[') *out += ',';
    AppendQuoted(out, id);
  }
  *out += ']';
}

void AppendTold(std::string* out, const Tenant& tenant, const std::vector<std::string>& associations,
                bool visits) {
  *out += "{\"receipts\":[";
  for (const std::string& id : associations) {
    const auto found = tenant.associations.find(id);
    Record record;
    if (found == tenant.associations.end() || !record.Decode(found->second)) continue;
    if (IsSealed(tenant, record.Text(Tag::kCustomerId))) continue;
    if (out->back() != '[') *out += ',';
    AppendReceipt(out, id, record);
  }
  *out += ']';
  if (visits && !tenant.visits.empty()) {
    *out += ",\"visit\":";
    AppendVisit(out, CurrentVisit(tenant));
  }
  *out += '}';
}

}  // namespace

bool Engine::Apply(std::string_view payload) {
  EntryReader entry(payload);
  changes_.clear();
  for (Change change; entry.Next(&change);) changes_.push_back(change);
  if (!entry.Done()) return false;
  clock_ = std::max(clock_, entry.clock());
  store_.Settle(clock_);
  for (const Change& change : changes_) store_.Apply(change);
  if (news_) store_.CollectTouched(&changed_);
  store_.Forget();
  return true;
}

size_t Engine::ApplyLog(const journal::File& file) {
  size_t good = 0;
  while (good < file.records.size() && Apply(file.records[good])) ++good;
  return good;
}

size_t Engine::ApplySegment(const journal::File& file) {
  for (size_t i = 0; i < file.records.size(); ++i) {
    ByteReader reader(file.records[i]);
    uint64_t from = 0;
    if (!reader.Varint(&from)) return i;
    if (from > sequence_ && !Apply(reader.rest())) return i;
  }
  return file.records.size();
}

size_t Engine::ApplySnapshot(const journal::File& file) {
  if (!file.records.empty()) {
    store_.Clear();
    clock_ = 0;
    stale_ = false;
  }
  return ApplyLog(file);
}

// Who has missed nothing has the content already. One that is damaged then counts as never written, and its
// checkpoint as given up: what it replaces is still there.
size_t Engine::ApplyPiece(journal::File* file, size_t bytes) {
  PieceHead head;
  const bool whole = file->verdict == journal::Verdict::kWhole && !file->header.incomplete;
  if (file->records.empty() || !ReadHead(file->records[0], &head) || (!whole && !stale_)) {
    catalog_.Abandon();
    return 0;
  }
  size_t good = file->records.size();
  if (stale_) {
    store_.RemoveRange(head.from, head.last ? nullptr : &head.to);
    if (news_) store_.CollectTouched(&changed_);
    store_.Forget();
    good = 1;
    while (good < file->records.size() && Apply(file->records[good])) ++good;
  }
  const uint64_t sequence = file->header.sequence;
  const bool follows = head.begin == sequence || (catalog_.checkpoint() == head.begin && head.from == next_);
  catalog_.AddPiece({sequence, sequence, bytes, true}, head.begin, head.last);
  if (!follows) catalog_.Abandon();
  next_ = head.to;
  if (head.last) stale_ = false;
  return good;
}

Engine::Range Engine::Covered(uint64_t sequence, std::string_view bytes) {
  const journal::File file = journal::Read(bytes, sequence);
  const journal::Header& header = file.header;
  if (header.span > 0) return {sequence - header.span, sequence - 1};
  if (header.kind == journal::Kind::kSnapshot) return {1, sequence - 1};
  PieceHead head;
  const bool last = header.kind == journal::Kind::kPiece && !file.records.empty() &&
                    ReadHead(file.records[0], &head) && head.last && head.begin <= sequence;
  return last ? Range{1, head.begin - 1} : Range();
}

Engine::Ingested Engine::Ingest(uint64_t sequence, std::string_view bytes, Repair* repair, bool news) {
  journal::File file = journal::Read(bytes, sequence);
  if (file.verdict == journal::Verdict::kNewerFormat) return Ingested::kNewerFormat;
  Rollback();
  news_ = news;
  const journal::Header& header = file.header;
  const uint64_t first = sequence - header.span;
  const bool is_piece = header.kind == journal::Kind::kPiece;
  const bool is_snapshot = header.kind == journal::Kind::kSnapshot;
  if (sequence <= sequence_ || !is_piece) {
    catalog_.Add(
        {first, sequence, bytes.size(), is_piece || is_snapshot, header.version < journal::kOldestKept});
  }
  if (sequence <= sequence_) return Ingested::kWhole;
  if (first > sequence_ + 1) stale_ = true;
  size_t good = 0;
  if (is_piece) {
    good = ApplyPiece(&file, bytes.size());
  } else if (header.kind == journal::Kind::kSegment) {
    good = ApplySegment(file);
  } else {
    good = is_snapshot ? ApplySnapshot(file) : ApplyLog(file);
  }
  committed_clock_ = clock_;
  sequence_ = sequence;
  if (good < file.records.size()) {
    file.verdict = journal::Verdict::kDamaged;
    for (size_t k = good; k < file.records.size(); ++k) {
      file.lost += journal::kRecordHeaderSize + file.records[k].size();
    }
    file.records.resize(good);
  }
  if (file.verdict != journal::Verdict::kWhole || header.incomplete) stale_ = true;
  if (file.verdict == journal::Verdict::kWhole) return Ingested::kWhole;
  repair->file = Repaired(file, sequence);
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
  const size_t begin = journal::BeginRecord(&pending_);
  Context context(request, options_, &store_, &pending_, now, clock);
  Answer answer = Dispatch(&context);
  if (const auto* error = std::get_if<Error>(&answer)) {
    store_.UndoTo(mark);
    pending_.resize(begin);
    Response response = ErrorResponse(*error);
    if (error->code == Code::kNotFound) response.status = options_.not_found_status;
    return response;
  }
  if (journal::EndRecord(&pending_, begin)) {
    clock_ = clock;
    view_ = store_.Mark();
    planned_ = PieceHead();  // a piece that was not committed by now never will be
  }
  return std::move(*std::get_if<Response>(&answer));
}

std::string Engine::Seal(uint64_t sequence) const {
  if (pending_.empty()) return {};
  std::string file;
  file.reserve(journal::kHeaderSize + pending_.size());
  journal::AppendHeader(&file, {journal::Kind::kLog, sequence});
  return file += pending_;
}

void Engine::Commit(uint64_t sequence, size_t file_size) {
  DropView();
  store_.CollectTouched(&changed_);
  store_.Forget();
  view_ = 0;
  pending_.clear();
  committed_clock_ = clock_;
  sequence_ = sequence;
  if (planned_.begin == 0) {
    catalog_.Add({sequence, sequence, file_size});
    return;
  }
  catalog_.AddPiece({sequence, sequence, file_size, true}, planned_.begin, planned_.last);
  next_ = planned_.to;
  planned_ = PieceHead();
}

void Engine::Rollback() {
  store_.UndoTo(0);
  view_ = 0;
  pending_.clear();
  clock_ = committed_clock_;
  planned_ = PieceHead();
}

std::string Engine::Piece(uint64_t sequence, uint64_t* drop) {
  Rollback();
  const bool begins = catalog_.checkpoint() == 0;
  planned_.begin = begins ? sequence : catalog_.checkpoint();
  planned_.from = begins ? Position() : next_;
  std::vector<Change> changes;
  planned_.last = !store_.DumpFrom(planned_.from, catalog_.PieceBytes(options_.piece_bytes, store_.bytes()),
                                   &changes, &planned_.to);
  *drop = planned_.last ? planned_.begin : 0;
  journal::Writer writer({journal::Kind::kPiece, sequence});
  writer.Append(EncodeHead(planned_));
  std::string entry;
  BeginEntry(&entry, committed_clock_);
  for (const Change& change : changes) {
    AppendChange(&entry, change);
    if (entry.size() < kDumpEntry) continue;
    writer.Append(entry);
    entry.clear();
    BeginEntry(&entry, committed_clock_);
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
    if (piece.size() >= kDumpEntry) fold();
  }
  return Hex(Sha256(piece));
}

std::string Engine::TakeChanges() {
  DropView();
  // A part of an association is told of as the whole.
  std::vector<std::string>& associations = changed_.associations;
  for (std::string& id : associations) id.erase(std::min(id.find('.'), id.size()));
  SortOut(&associations);
  SortOut(&changed_.services);
  std::string out = "{";
  AppendIds(&out, "service_ids", changed_.services);
  out += ',';
  AppendIds(&out, "association_ids", associations);
  out += ",\"tenants\":{";
  for (const auto& [name, tenant] : store_.tenants()) {
    if (out.back() != '{') out += ',';
    out += Quoted(name) + ":";
    AppendTold(&out, *tenant, associations, changed_.visits);
  }
  out += "}}";
  ForgetChanges();
  return out;
}

void Engine::DropView() { store_.UndoTo(view_); }

}  // namespace anon
