// The exercises of bench/actors/exercises.ts with CAF 0.17, Debian's: savina PING-PONG COUNTING FORK-JOIN BIG
// prints what X1 there says. Event-based actors with state, one scheduler thread per core; who began an
// exercise adds up what the actors say they have received.
#include <caf/all.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

using namespace caf;

namespace {

using ball = atom_constant<atom("ball")>;
using meet = atom_constant<atom("meet")>;
using once = atom_constant<atom("once")>;
using compute = atom_constant<atom("compute")>;
using asked = atom_constant<atom("asked")>;
using answered = atom_constant<atom("answered")>;
using done = atom_constant<atom("done")>;
using total = atom_constant<atom("total")>;

constexpr int joiners = 60;
constexpr int askers = 120;

struct counted {
  uint64_t received = 0;
  actor other;
};

using counting_actor = stateful_actor<counted>;

void tell_total(counting_actor* self, const actor& main) {
  self->send(main, total::value, self->state.received);
  self->quit();
}

behavior player(counting_actor* self, actor main) {
  return {
    [=](meet, const actor& other) { self->state.other = other; },
    [=](ball, uint64_t left) {
      ++self->state.received;
      if (left > 1) {
        self->send(self->state.other, ball::value, left - 1);
      } else {
        self->send(self->state.other, total::value);
        tell_total(self, main);
      }
    },
    [=](total) { tell_total(self, main); },
  };
}

behavior member(counting_actor* self, actor main) {
  return {
    [=](once) { ++self->state.received; },
    [=](compute) {
      volatile double angle = 37.2;
      double sine = std::sin(angle);
      if (sine * sine < 1) ++self->state.received;
    },
    [=](total) { tell_total(self, main); },
  };
}

behavior teller(event_based_actor* self, actor counter, uint64_t size) {
  return {
    [=](meet) {
      for (uint64_t i = 0; i < size; ++i) self->send(counter, once::value);
      self->send(counter, total::value);
      self->quit();
    },
  };
}

struct asking {
  uint64_t received = 0;
  uint64_t left = 0;
  uint32_t drawn = 0;
  std::vector<actor> all;
};

void ask(stateful_actor<asking>* self) {
  auto& state = self->state;
  state.drawn = (state.drawn * 7621 + 1) & 0x7fff;
  self->send(state.all[(state.drawn >> 3) % askers], asked::value);
}

behavior asker(stateful_actor<asking>* self, actor main, uint32_t number, uint64_t size) {
  self->state.drawn = number;
  self->state.left = size;
  return {
    [=](meet, const std::vector<actor>& all) {
      self->state.all = all;
      ask(self);
    },
    [=](asked) {
      ++self->state.received;
      return answered::value;
    },
    [=](answered) {
      ++self->state.received;
      if (--self->state.left > 0) ask(self);
      else self->send(main, done::value);
    },
    [=](total) {
      self->state.all.clear();
      self->send(main, total::value, self->state.received);
      self->quit();
    },
  };
}

uint64_t sum_of(scoped_actor& main, int actors) {
  uint64_t sum = 0;
  for (int i = 0; i < actors; ++i) main->receive([&](total, uint64_t received) { sum += received; });
  return sum;
}

uint64_t ping_pong(actor_system& system, uint64_t size) {
  scoped_actor main{system};
  auto one = system.spawn(player, actor{main});
  auto two = system.spawn(player, actor{main});
  main->send(one, meet::value, two);
  main->send(two, meet::value, one);
  main->send(one, ball::value, size);
  return sum_of(main, 2);
}

uint64_t counting(actor_system& system, uint64_t size) {
  scoped_actor main{system};
  auto counter = system.spawn(member, actor{main});
  main->send(system.spawn(teller, counter, size), meet::value);
  return sum_of(main, 1);
}

uint64_t fork_join(actor_system& system, uint64_t size) {
  scoped_actor main{system};
  std::vector<actor> members;
  for (int i = 0; i < joiners; ++i) members.push_back(system.spawn(member, actor{main}));
  for (uint64_t i = 0; i < size; ++i) {
    for (auto& each : members) main->send(each, compute::value);
  }
  for (auto& each : members) main->send(each, total::value);
  return sum_of(main, joiners);
}

uint64_t big(actor_system& system, uint64_t size) {
  scoped_actor main{system};
  std::vector<actor> all;
  for (int i = 0; i < askers; ++i) {
    all.push_back(system.spawn(asker, actor{main}, static_cast<uint32_t>(i), size));
  }
  for (auto& each : all) main->send(each, meet::value, all);
  for (int i = 0; i < askers; ++i) main->receive([](done) {});
  for (auto& each : all) main->send(each, total::value);
  return sum_of(main, askers);
}

double cpu_seconds() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& time) { return time.tv_sec + time.tv_usec / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void perform(actor_system& system, const char* name, uint64_t (*exercise)(actor_system&, uint64_t),
             const char* given) {
  uint64_t size = std::strtoull(given, nullptr, 10);
  exercise(system, std::max<uint64_t>(2, size / 10 * 2));
  double cpu_before = cpu_seconds();
  auto started_at = std::chrono::steady_clock::now();
  uint64_t received = exercise(system, size);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_at;
  std::printf("%s %llu %.6f %.6f\n", name, static_cast<unsigned long long>(received), took.count(),
              cpu_seconds() - cpu_before);
}

}  // namespace

int main(int, char** given) {
  actor_system_config config;
  config.set("scheduler.max-threads", static_cast<uint64_t>(std::thread::hardware_concurrency()));
  actor_system system{config};
  perform(system, "ping-pong", ping_pong, given[1]);
  perform(system, "counting", counting, given[2]);
  perform(system, "fork-join", fork_join, given[3]);
  perform(system, "big", big, given[4]);
}
