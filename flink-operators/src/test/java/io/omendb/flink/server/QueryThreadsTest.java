package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a query hears that cannot be taken: who calls tells "too many" from "going away" by it. */
class QueryThreadsTest {

    @Test
    void tooManyWait_isOverloaded_andAnsweredAgainAfterwards() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryPool queries = QueryThreads.queries()) {
            int taken = queries.threads() + QueryThreads.QUEUE_MAX;
            CountDownLatch done = new CountDownLatch(taken);
            for (int i = 0; i < taken; i++) {
                queries.execute(
                        () -> {
                            awaitQuietly(go);
                            done.countDown();
                        },
                        refusal -> {
                            throw refusal;
                        });
            }

            assertThat(refusals(queries)).containsExactly(ErrorCode.OVERLOADED);

            go.countDown();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void stopping_isUnavailable() {
        QueryPool queries = QueryThreads.queries();
        QueryPool background = QueryThreads.background(0);
        queries.close();
        background.close();

        assertThat(refusals(queries)).containsExactly(ErrorCode.UNAVAILABLE);
        assertThat(refusals(background)).containsExactly(ErrorCode.UNAVAILABLE);
    }

    @Test
    void shardsShareThreads_andWhatWaitsAtOneThatStopsIsRefused() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Set<String> names = ConcurrentHashMap.newKeySet();
        List<ErrorCode> refused = Collections.synchronizedList(new ArrayList<>());
        try (QueryPool stopping = QueryThreads.queries();
                QueryPool staying = QueryThreads.queries()) {
            int threads = staying.threads();
            CountDownLatch running = new CountDownLatch(threads);
            for (int i = 0; i < threads; i++) {
                staying.execute(
                        () -> {
                            names.add(Thread.currentThread().getName());
                            running.countDown();
                            awaitQuietly(go);
                        },
                        refusal -> refused.add(refusal.code()));
            }
            assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
            stopping.execute(
                    () -> names.add("a query of a shard that has stopped"),
                    refusal -> refused.add(refusal.code()));

            stopping.close();
            assertThat(stopping.awaitTermination(0)).isFalse();
            go.countDown();
            assertThat(stopping.awaitTermination(10)).isTrue();
            assertThat(refused).containsExactly(ErrorCode.UNAVAILABLE);

            CountDownLatch more = new CountDownLatch(100);
            for (int i = 0; i < 100; i++) {
                staying.execute(
                        () -> {
                            names.add(Thread.currentThread().getName());
                            more.countDown();
                        },
                        refusal -> refused.add(refusal.code()));
            }
            assertThat(more.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(names).hasSize(threads).allMatch(name -> name.startsWith("omen-query-"));
        } finally {
            go.countDown();
        }
    }

    @Test
    void here_isOnTheCallingThread_andCountsAsRunning() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<ErrorCode> refused = new ArrayList<>();
        QueryPool queries = QueryThreads.queries();
        queries.executeHere(
                () -> {
                    threads.add(Thread.currentThread());
                    queries.close();
                    try {
                        assertThat(queries.awaitTermination(0)).isFalse();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                refusal -> refused.add(refusal.code()));

        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(queries.awaitTermination(0)).isTrue();
        queries.executeHere(
                () -> threads.add(Thread.currentThread()), refusal -> refused.add(refusal.code()));
        assertThat(threads).hasSize(1);
        assertThat(refused).containsExactly(ErrorCode.UNAVAILABLE);
    }

    @Test
    void whatWaits_isRunByWhoeverIsFirst_andOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> ran = Collections.synchronizedList(new ArrayList<>());
        try (QueryPool queries = QueryThreads.queries()) {
            CountDownLatch busy = new CountDownLatch(queries.threads());
            QueryPool.Turn begun = null;
            for (int i = 0; i < queries.threads(); i++) {
                begun =
                        queries.execute(
                                () -> {
                                    busy.countDown();
                                    awaitQuietly(go);
                                },
                                refusal -> {
                                    throw refusal;
                                });
            }
            assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(begun.runHere()).as("left to do, or it would wait for ever").isFalse();
            assertThat(begun.begunNanos()).isNotZero();
            CountDownLatch behind = new CountDownLatch(1);
            // More than may wait, and than would have what comes after them refused.
            for (int i = 0; i < 2 * QueryThreads.QUEUE_MAX; i++) {
                QueryPool.Turn here =
                        queries.execute(
                                () -> ran.add(Thread.currentThread()),
                                refusal -> {
                                    throw refusal;
                                });
                assertThat(here.runHere()).isTrue();
                assertThat(here.runHere()).as("once").isFalse();
            }
            queries.execute(behind::countDown, refusal -> {});
            go.countDown();
            assertThat(behind.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(ran)
                    .hasSize(2 * QueryThreads.QUEUE_MAX)
                    .containsOnly(Thread.currentThread());
            queries.close();
            assertThat(queries.awaitTermination(10)).as("all have left").isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void whatWaitsAtOneThatStops_isRefusedByWhoeverIsFirst() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<ErrorCode> refused = Collections.synchronizedList(new ArrayList<>());
        try (QueryPool busy = QueryThreads.queries()) {
            for (int i = 0; i < busy.threads(); i++) {
                busy.execute(() -> awaitQuietly(go), refusal -> {});
            }
            QueryPool stopping = QueryThreads.queries();
            QueryPool.Turn here =
                    stopping.execute(
                            () -> refused.add(ErrorCode.INTERNAL),
                            refusal -> refused.add(refusal.code()));
            stopping.close();
            assertThat(here.runHere()).isTrue();

            assertThat(refused).containsExactly(ErrorCode.UNAVAILABLE);
            assertThat(stopping.awaitTermination(0)).isTrue();
            stopping.execute(() -> {}, refusal -> refused.add(refusal.code())).runHere();
            assertThat(refused).containsExactly(ErrorCode.UNAVAILABLE, ErrorCode.UNAVAILABLE);
        } finally {
            go.countDown();
        }
    }

    @Test
    void whoJoins_runsItWhetherAnotherHasBegunOrNot_andEveryPlaceIsFreeAfterwards()
            throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> ran = Collections.synchronizedList(new ArrayList<>());
        try (QueryPool queries = QueryThreads.queries()) {
            CountDownLatch busy = new CountDownLatch(queries.threads());
            List<QueryPool.Turn> begun = new ArrayList<>();
            for (int i = 0; i < queries.threads(); i++) {
                begun.add(
                        queries.execute(
                                () -> {
                                    ran.add(Thread.currentThread());
                                    busy.countDown();
                                    if (Thread.currentThread().getName().startsWith("omen-query")) {
                                        awaitQuietly(go);
                                    }
                                },
                                refusal -> {
                                    throw refusal;
                                }));
            }
            assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
            begun.get(0).joinHere();
            assertThat(ran).hasSize(queries.threads() + 1).contains(Thread.currentThread());
            ran.clear();
            // More than may wait at a time.
            for (int i = 0; i < 2 * QueryThreads.QUEUE_MAX; i++) {
                queries.execute(
                                () -> ran.add(Thread.currentThread()),
                                refusal -> {
                                    throw refusal;
                                })
                        .joinHere();
            }
            assertThat(ran)
                    .hasSize(2 * QueryThreads.QUEUE_MAX)
                    .containsOnly(Thread.currentThread());
            queries.close();
            go.countDown();
            assertThat(queries.awaitTermination(10)).as("all have left").isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void threadThatComesToWhatAnotherJoined_runsItToo() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        Set<Thread> ran = ConcurrentHashMap.newKeySet();
        try (QueryPool queries = QueryThreads.queries()) {
            for (int i = 0; i < queries.threads(); i++) {
                queries.execute(() -> awaitQuietly(go), refusal -> {});
            }
            QueryPool.Turn turn =
                    queries.execute(
                            () -> {
                                ran.add(Thread.currentThread());
                                both.countDown();
                                go.countDown();
                                awaitQuietly(both);
                            },
                            refusal -> {
                                throw refusal;
                            });
            turn.joinHere();
            assertThat(ran).hasSize(2).contains(Thread.currentThread());
            queries.close();
            assertThat(queries.awaitTermination(10)).as("all have left").isTrue();
        } finally {
            go.countDown();
            both.countDown();
            both.countDown();
        }
    }

    private static List<ErrorCode> refusals(QueryPool queries) {
        List<ErrorCode> refusals = Collections.synchronizedList(new ArrayList<>());
        queries.execute(() -> {}, refusal -> refusals.add(refusal.code()));
        return refusals;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
