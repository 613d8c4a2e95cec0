#include "page.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "services.h"

namespace anon::bench {
namespace {

std::unique_ptr<Page>& Kept() {
  static std::unique_ptr<Page> page;
  return page;
}

}  // namespace

std::string Field(std::string_view json, std::string_view name) {
  const std::string before = '"' + std::string(name) + "\":\"";
  const size_t begin = json.find(before) + before.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

Page::Page(uint64_t size) : size_(size) {
  if (size == 0) return;
  Grow(size);
  Run(Ask("POST", "local/visit/end", "{}"));
  Commit();
}

Page& Page::Of(uint64_t size) {
  std::unique_ptr<Page>& page = Kept();
  if (page == nullptr || page->size_ != size) {
    Close();
    page = std::make_unique<Page>(size);
  }
  return *page;
}

void Page::Close() {
  Kept().reset();
  malloc_trim(0);
}

std::string Page::Ask(std::string_view method, std::string_view target, std::string_view body) {
  return Message(drawn_++, method, target, body);
}

std::vector<std::string> Page::Starts(size_t count) {
  std::vector<std::string> messages;
  messages.reserve(count);
  while (messages.size() < count) messages.push_back(Ask("POST", "services/start", StartBody(started_++)));
  return messages;
}

std::string Page::Run(std::string_view message) {
  Response response = engine.Execute(message, ++now_);
  if (response.status >= 300) {
    std::fprintf(stderr, "refused: %s\n", response.body.c_str());
    std::exit(1);
  }
  return std::move(response.body);
}

std::string Page::Commit() {
  const uint64_t sequence = engine.sequence() + 1;
  std::string file = engine.Seal(sequence);
  if (file.empty()) return file;
  // As many as a page lets there be.
  if (engine.catalog().files() >= journal::Catalog::kFull) engine.catalog().Clear();
  engine.Commit(sequence, file.size());
  engine.ForgetChanges();
  return file;
}

void Page::Grow(uint64_t services, const std::function<void(std::string)>& keep) {
  for (uint64_t made = 0; made < services; made += kGroup) {
    for (const std::string& message : Starts(std::min<uint64_t>(kGroup, services - made))) Run(message);
    std::string file = Commit();
    if (keep) keep(std::move(file));
  }
}

std::vector<std::string> Page::Begin(size_t count) {
  std::vector<std::string> ids;
  for (const std::string& message : Starts(count)) ids.push_back(Field(Run(message), "service_id"));
  Commit();
  return ids;
}

void Page::Remove(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) Run(Ask("DELETE", "services/" + id));
  Commit();
}

}  // namespace anon::bench
