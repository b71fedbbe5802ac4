package io.omendb.client.filter;

/** What a condition may hold: the scalars of JSON, which has neither NaN nor infinity. */
final class Operand {
    private Operand() {}

    static void checkField(String field) {
        if (field.isEmpty() || field.startsWith("$")) {
            throw new IllegalArgumentException(
                    "field: found \"" + field + "\", expected a metadata field's name");
        }
    }

    static void check(String field, Object value) {
        boolean finite = !(value instanceof Number number) || Double.isFinite(number.doubleValue());
        boolean scalar =
                value instanceof String || value instanceof Number || value instanceof Boolean;
        if (!scalar || !finite) {
            throw new IllegalArgumentException(
                    field
                            + ": found "
                            + value
                            + ", expected a string, a finite number or a boolean");
        }
    }
}
