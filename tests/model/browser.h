// The browser's store: what can be asked of it, and what comes of it. A state is asked the same thing once;
// the outcome is kept.
#ifndef ANON_TESTS_MODEL_BROWSER_H_
#define ANON_TESTS_MODEL_BROWSER_H_

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "ask.h"
#include "facts.h"
#include "history.h"
#include "past.h"
#include "texts.h"

namespace anon::model {

class Browser {
 public:
  /// A state of the store together with what had happened.
  struct State {
    History::Id store = History::kEmpty;
    Past past;
    Facts facts;
    uint32_t same = 0;     ///< equal for states that are the same but for how their journal is cut
    uint32_t problem = 0;  ///< what is wrong with it
  };

  /// `exact`: states whose journals differ are kept apart even if they mean the same. `large`: services are
  /// so large that each makes a slice.
  Browser(Texts* texts, bool exact, bool large);

  [[nodiscard]] Outcome Do(uint32_t at, Ask ask, uint32_t argument, bool later);
  /// What a tab does that executes at `seen` and stores at `head` without looking what else is there. `seen`
  /// is then what it believes.
  [[nodiscard]] Outcome DoBlindly(uint32_t* seen, uint32_t head, Ask ask, uint32_t argument, bool later);

  [[nodiscard]] const State& operator[](uint32_t at) const { return states_[at]; }
  [[nodiscard]] size_t size() const { return states_.size(); }
  [[nodiscard]] const History& history() const { return history_; }

 private:
  struct Answer {
    int status = 0;
    std::string body;
    std::string association;
  };

  /// The customer whom the operation names.
  [[nodiscard]] Customer Who(Ask ask, uint32_t argument) const;
  [[nodiscard]] Outcome Make(uint32_t at, Ask ask, uint32_t argument, bool later);
  [[nodiscard]] Answer Execute(Engine& engine, const Past& past, Ask ask, uint32_t argument, bool later);
  uint32_t Intern(History::Id store, Past past, Facts facts);

  Texts* texts_;
  bool exact_;
  bool large_;
  History history_;
  std::deque<State> states_;
  std::unordered_map<std::string, uint32_t> known_;  ///< by digest and past
  std::unordered_map<uint64_t, Outcome> outcomes_;
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_BROWSER_H_
