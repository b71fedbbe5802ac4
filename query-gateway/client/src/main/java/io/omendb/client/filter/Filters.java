package io.omendb.client.filter;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Makes filters; meant to be imported statically: {@code and(eq("category", "shoes"), lte("price",
 * 100))}.
 *
 * <p>On a {@code keyword[]} field, {@link #eq(String, String)} and {@link #in(String, Collection)}
 * match any element and {@link #contains} one. A {@code text} field has {@link #contains}, word by
 * word, and {@link #exists}. Ranges need a number field. {@code ne} and {@code nin} also match
 * points without the field.
 */
public final class Filters {
    private Filters() {}

    public static Filter eq(String field, String value) {
        return new Filter.Equal(field, value);
    }

    public static Filter eq(String field, Number value) {
        return new Filter.Equal(field, value);
    }

    public static Filter eq(String field, boolean value) {
        return new Filter.Equal(field, value);
    }

    public static Filter ne(String field, String value) {
        return new Filter.Compare(field, "$ne", value);
    }

    public static Filter ne(String field, Number value) {
        return new Filter.Compare(field, "$ne", value);
    }

    public static Filter ne(String field, boolean value) {
        return new Filter.Compare(field, "$ne", value);
    }

    public static Filter gt(String field, Number value) {
        return new Filter.Compare(field, "$gt", value);
    }

    public static Filter gte(String field, Number value) {
        return new Filter.Compare(field, "$gte", value);
    }

    public static Filter lt(String field, Number value) {
        return new Filter.Compare(field, "$lt", value);
    }

    public static Filter lte(String field, Number value) {
        return new Filter.Compare(field, "$lte", value);
    }

    /** One of the values; of none, nothing matches. */
    public static Filter in(String field, Collection<?> values) {
        return new Filter.Compare(field, "$in", values);
    }

    public static Filter in(String field, Object... values) {
        return in(field, Arrays.asList(values));
    }

    /** None of the values. */
    public static Filter nin(String field, Collection<?> values) {
        return new Filter.Compare(field, "$nin", values);
    }

    public static Filter nin(String field, Object... values) {
        return nin(field, Arrays.asList(values));
    }

    /** A list with this element, or a text with all these words. */
    public static Filter contains(String field, String value) {
        return new Filter.Compare(field, "$contains", value);
    }

    /** Points that have the field. */
    public static Filter exists(String field) {
        return exists(field, true);
    }

    public static Filter exists(String field, boolean present) {
        return new Filter.Compare(field, "$exists", present);
    }

    public static Filter and(Filter... filters) {
        return and(List.of(filters));
    }

    public static Filter and(List<Filter> filters) {
        return new Filter.Combined("$and", filters);
    }

    public static Filter or(Filter... filters) {
        return or(List.of(filters));
    }

    public static Filter or(List<Filter> filters) {
        return new Filter.Combined("$or", filters);
    }

    public static Filter not(Filter filter) {
        return new Filter.Not(filter);
    }
}
