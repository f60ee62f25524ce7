%% The exercises of bench/actors/exercises.ts with Erlang's processes, which are its actors:
%% erl -noshell -pa FOLDER -run savina main PING-PONG COUNTING FORK-JOIN BIG; prints what X1 there says.
%% The count of each process is its argument; who began an exercise adds them up.
-module(savina).
-export([main/1]).

-define(JOINERS, 60).
-define(ASKERS, 120).

main(Sizes) ->
    [PingPong, Counting, ForkJoin, Big] = [list_to_integer(Size) || Size <- Sizes],
    perform("ping-pong", fun ping_pong/1, PingPong),
    perform("counting", fun counting/1, Counting),
    perform("fork-join", fun fork_join/1, ForkJoin),
    perform("big", fun big/1, Big),
    halt(0).

perform(Name, Exercise, Size) ->
    Exercise(max(2, Size div 10 * 2)),
    {CpuBefore, _} = statistics(runtime),
    StartedAt = erlang:monotonic_time(microsecond),
    Received = Exercise(Size),
    Seconds = (erlang:monotonic_time(microsecond) - StartedAt) / 1000000,
    {CpuAfter, _} = statistics(runtime),
    io:format("~s ~w ~.6f ~.6f~n", [Name, Received, Seconds, (CpuAfter - CpuBefore) / 1000]).

ping_pong(Size) ->
    Main = self(),
    [One, Two] = [spawn(fun() -> player(Main, 0) end) || _ <- [1, 2]],
    One ! {ball, Two, Size},
    sum(2, 0).

player(Main, Received) ->
    receive
        {ball, From, Left} when Left > 1 ->
            From ! {ball, self(), Left - 1},
            player(Main, Received + 1);
        {ball, From, _} ->
            From ! total,
            Main ! {received, Received + 1};
        total ->
            Main ! {received, Received}
    end.

counting(Size) ->
    Main = self(),
    Counter = spawn(fun() -> counter(Main, 0) end),
    spawn(fun() -> tell(Counter, Size), Counter ! total end),
    sum(1, 0).

counter(Main, Received) ->
    receive
        once -> counter(Main, Received + 1);
        total -> Main ! {received, Received}
    end.

tell(_, 0) -> ok;
tell(Counter, Left) ->
    Counter ! once,
    tell(Counter, Left - 1).

fork_join(Size) ->
    Main = self(),
    Angle = 37.2 + Size * 0.0, % not a constant, which the compiler would compute
    Members = [spawn(fun() -> member(Main, Angle, 0) end) || _ <- lists:seq(1, ?JOINERS)],
    tell_all(Members, Size),
    [Member ! total || Member <- Members],
    sum(?JOINERS, 0).

member(Main, Angle, Received) ->
    receive
        compute ->
            Sine = math:sin(Angle),
            if Sine * Sine < 1 -> member(Main, Angle, Received + 1);
               true -> member(Main, Angle, Received)
            end;
        total -> Main ! {received, Received}
    end.

tell_all(_, 0) -> ok;
tell_all(Members, Left) ->
    [Member ! compute || Member <- Members],
    tell_all(Members, Left - 1).

big(Size) ->
    Main = self(),
    Askers = [spawn(fun() -> begin_asking(Main, I, Size) end) || I <- lists:seq(0, ?ASKERS - 1)],
    All = list_to_tuple(Askers),
    [Asker ! {all, All} || Asker <- Askers],
    [receive done -> ok end || _ <- Askers],
    [Asker ! total || Asker <- Askers],
    sum(?ASKERS, 0).

begin_asking(Main, I, Size) ->
    receive {all, All} -> asker(Main, All, ask(All, I), Size, 0) end.

asker(Main, All, Drawn, Left, Received) ->
    receive
        {asked, From} ->
            From ! answered,
            asker(Main, All, Drawn, Left, Received + 1);
        answered when Left > 1 ->
            asker(Main, All, ask(All, Drawn), Left - 1, Received + 1);
        answered ->
            Main ! done,
            asker(Main, All, Drawn, 0, Received + 1);
        total ->
            Main ! {received, Received}
    end.

ask(All, Before) ->
    Drawn = (Before * 7621 + 1) band 16#7fff,
    element(1 + (Drawn bsr 3) rem ?ASKERS, All) ! {asked, self()},
    Drawn.

sum(0, Sum) -> Sum;
sum(Left, Sum) ->
    receive {received, Received} -> sum(Left - 1, Sum + Received) end.
