package io.omendb.client;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** The header {@code Retry-After}: seconds, or a date (RFC 9110, 10.2.3). */
final class RetryAfter {
    private static final String SECONDS = "\\d{1,9}";

    private RetryAfter() {}

    /** How long the server wants to be left alone; zero where it does not say. */
    static Duration of(HttpHeaders headers, Instant now) {
        return headers.firstValue("retry-after")
                .map(text -> parse(text.trim(), now))
                .orElse(Duration.ZERO);
    }

    private static Duration parse(String text, Instant now) {
        if (text.matches(SECONDS)) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            Instant at =
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
        } catch (DateTimeParseException e) {
            return Duration.ZERO; // a header nobody can read asks for nothing
        }
    }
}
