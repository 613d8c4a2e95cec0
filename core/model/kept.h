// Texts that views point into. They stay where they are for as long as this lives, also when it is moved.
#ifndef ANON_MODEL_KEPT_H_
#define ANON_MODEL_KEPT_H_

#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace anon {

class Kept {
 public:
  std::string_view Add(std::string text) { return texts_.emplace_front(std::move(text)); }

 private:
  std::forward_list<std::string> texts_;
};

}  // namespace anon

#endif  // ANON_MODEL_KEPT_H_
