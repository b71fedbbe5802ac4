package io.omendb.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {
    private static final String KEY = "omen_of-the-test";

    @TempDir private Path folder;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));

    private KeyRing ring(Set<Permission> allow, List<String> scope, @Nullable Instant expires) {
        Path file = folder.resolve("keys.yaml");
        KeyFileEditor.add(
                file, new ApiKey("test", KeyHash.of(KEY), allow, new Scope(scope), expires));
        return KeyRing.of(file, now::get);
    }

    private static void refused(ErrorCode code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message)
                .hasMessageNotContaining(KEY);
    }

    @Test
    void withoutAFile_everybodyMayDoEverything() {
        Caller caller = KeyRing.none().identify(null);
        for (Need need : Need.values()) {
            assertThatCode(() -> caller.check(need, "c")).doesNotThrowAnyException();
        }
        assertThat(caller.sees("c")).isTrue();
        assertThat(caller.name()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer omen_other", "Bearer ", "Basic dXNlcjpwYXNz", KEY, "Bearer"})
    void whatIsNoKey_isRefused(String authorization) {
        KeyRing ring = ring(Set.of(Permission.READ), List.of("*"), null);
        refused(ErrorCode.UNAUTHENTICATED, "API key: found", () -> ring.identify(authorization));
        refused(ErrorCode.UNAUTHENTICATED, "API key: found none", () -> ring.identify(null));
    }

    @Test
    void key_allowsWhatItSaysAndNothingElse() {
        KeyRing ring = ring(Set.of(Permission.WRITE), List.of("own", "logs-*"), null);
        Caller caller = ring.identify("bearer " + KEY);

        assertThat(caller.name()).isEqualTo("test");
        caller.check(Need.NOTHING, null);
        caller.check(Need.KEY, null);
        caller.check(Need.SEE, "own");
        caller.check(Need.WRITE, "logs-1");
        refused(
                ErrorCode.FORBIDDEN,
                "found write, expected read",
                () -> caller.check(Need.READ, "own"));
        refused(
                ErrorCode.FORBIDDEN,
                "found write, expected manage",
                () -> caller.check(Need.MANAGE, "own"));
        refused(
                ErrorCode.FORBIDDEN,
                "found write, expected monitor",
                () -> caller.check(Need.MONITOR, null));
        refused(
                ErrorCode.FORBIDDEN,
                "is not for collection other",
                () -> caller.check(Need.WRITE, "other"));
        refused(
                ErrorCode.FORBIDDEN,
                "is not for collection other",
                () -> caller.check(Need.SEE, "other"));
        assertThat(caller.sees("own")).isTrue();
        assertThat(caller.sees("other")).isFalse();
    }

    @Test
    void monitoring_isAboutNoCollection() {
        Caller caller =
                ring(Set.of(Permission.MONITOR), List.of("*"), null).identify("Bearer " + KEY);
        caller.check(Need.MONITOR, null);
        assertThat(caller.sees("c")).isFalse();
    }

    @Test
    void databases_areForKeysThatManageAllCollections() {
        Set<Permission> manage = Set.of(Permission.MANAGE);
        Caller some = ring(manage, List.of("chroma--*"), null).identify("Bearer " + KEY);
        refused(ErrorCode.FORBIDDEN, "for some", () -> some.check(Need.MANAGE_ALL, null));
        folder = folder.resolveSibling(folder.getFileName() + "-2");
        assertThat(folder.toFile().mkdir()).isTrue();
        ring(manage, List.of("x", "*"), null)
                .identify("Bearer " + KEY)
                .check(Need.MANAGE_ALL, null);
    }

    @Test
    void key_endsWhenItSays() {
        Instant end = Instant.parse("2026-11-28T13:00:00Z");
        KeyRing ring = ring(Set.of(Permission.READ), List.of("*"), end);
        now.set(end.minusNanos(1));
        assertThat(ring.identify("Bearer " + KEY).name()).isEqualTo("test");
        now.set(end);
        refused(
                ErrorCode.UNAUTHENTICATED,
                "test, which has expired at 2026-11-28T13:00:00Z",
                () -> ring.identify("Bearer " + KEY));
    }

    @Test
    void reload_takesKeysAwayAndGives_andKeepsThemWhereTheFileIsSpoilt() throws Exception {
        KeyRing ring = ring(Set.of(Permission.READ), List.of("*"), null);
        Path file = folder.resolve("keys.yaml");
        String good = Files.readString(file);

        Files.writeString(file, good.substring(0, good.length() / 2) + "…{");
        assertThatThrownBy(ring::reload).isInstanceOf(OmenException.class);
        assertThat(ring.identify("Bearer " + KEY).name()).isEqualTo("test");

        Files.writeString(file, good);
        Caller streaming = ring.identify("Bearer " + KEY);
        KeyFileEditor.remove(file, "test");
        ring.reload();
        refused(ErrorCode.UNAUTHENTICATED, "not known", () -> streaming.check(Need.READ, "c"));
        refused(ErrorCode.UNAUTHENTICATED, "not known", () -> ring.identify("Bearer " + KEY));
    }
}
