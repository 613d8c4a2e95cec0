// A page's engine with as many services in it as a benchmark asks for, all of an earlier visit. What a
// benchmark adds it takes away again, so that the store keeps its size. The files that are committed go
// nowhere.
#ifndef ANON_TESTS_BENCH_NATIVE_PAGE_H_
#define ANON_TESTS_BENCH_NATIVE_PAGE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"

namespace anon::bench {

/// How many starts share a commit, where nothing else is said.
inline constexpr size_t kGroup = 1000;

class Page {
 public:
  explicit Page(uint64_t size);

  /// The page that was made last, if it is of this size; else that one goes and another is made.
  static Page& Of(uint64_t size);
  /// Frees the page that Of keeps.
  static void Close();

  Engine engine;

  [[nodiscard]] uint64_t size() const { return size_; }

  /// A request as the page sends it, with random bytes of its own.
  [[nodiscard]] std::string Ask(std::string_view method, std::string_view target, std::string_view body = "");
  /// Requests that start new services.
  [[nodiscard]] std::vector<std::string> Starts(size_t count);

  /// Runs one request, a millisecond after the one before; its body. What is refused ends the program: it is
  /// not what was to be measured.
  std::string Run(std::string_view message);
  /// Seals and commits what is pending; the file.
  std::string Commit();

  /// Starts services and hands each file on.
  void Grow(uint64_t services, const std::function<void(std::string)>& keep = {});
  /// Starts services in the present visit; their ids.
  [[nodiscard]] std::vector<std::string> Begin(size_t count);
  void Remove(const std::vector<std::string>& ids);

 private:
  uint64_t size_;
  uint64_t started_ = 0;
  uint64_t drawn_ = 0;
  int64_t now_ = 1767225600000;  // 2026-01-01T00:00:00Z
};

/// The text of a string member in an answer.
[[nodiscard]] std::string Field(std::string_view json, std::string_view name);

}  // namespace anon::bench

#endif  // ANON_TESTS_BENCH_NATIVE_PAGE_H_
