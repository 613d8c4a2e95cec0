// The server's store: what comes of a delivery. A state is given the same message once; the outcome is kept.
#ifndef ANON_TESTS_MODEL_SERVER_H_
#define ANON_TESTS_MODEL_SERVER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "browser.h"
#include "facts.h"
#include "history.h"
#include "texts.h"

namespace anon::model {

/// What a sender posts: an envelope, with the credentials that the browser had then.
struct Posting {
  uint32_t association = 0;  ///< texts
  uint32_t envelope = 0;
  Customer credentials{};
};

class Server {
 public:
  /// A state of the store together with what had been answered.
  struct State {
    History::Id store = History::kEmpty;
    std::map<std::string, std::string> answers;  ///< the first one, by association id
    std::string moved;                           ///< the service that was moved by hand
    Facts facts;
    uint32_t problem = 0;
  };

  explicit Server(Texts* texts);

  /// The number of a posting, equal for equal ones.
  [[nodiscard]] uint32_t Number(const Posting& posting);
  [[nodiscard]] const Posting& posting(uint32_t number) const { return postings_[number]; }

  /// The outcome's text is `status body`.
  [[nodiscard]] Outcome Deliver(uint32_t at, uint32_t posting, bool later);

  /// Somebody with a writer's role moves a service, that need not be there, to B. The state afterwards.
  [[nodiscard]] uint32_t Move(uint32_t at, uint32_t service);

  [[nodiscard]] const State& operator[](uint32_t at) const { return states_[at]; }
  [[nodiscard]] size_t size() const { return states_.size(); }
  [[nodiscard]] const History& history() const { return history_; }

 private:
  [[nodiscard]] uint32_t MakeMove(uint32_t at, uint32_t service);
  [[nodiscard]] Outcome Make(uint32_t at, const Posting& posting, bool later);
  uint32_t Intern(History::Id store, std::map<std::string, std::string> answers, std::string moved);

  Texts* texts_;
  History history_;
  std::deque<State> states_;
  std::deque<Posting> postings_;
  std::map<std::string, uint32_t> posting_numbers_;
  std::unordered_map<std::string, uint32_t> known_;
  std::unordered_map<uint64_t, Outcome> outcomes_;
  std::unordered_map<uint64_t, uint32_t> moves_;
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_SERVER_H_
