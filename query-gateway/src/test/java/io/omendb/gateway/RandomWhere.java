package io.omendb.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Points and conditions on them, full of values that are easy to take for others. */
final class RandomWhere {
    static final String FIELDS =
            ",'fields':{'k':'keyword','ks':'keyword[]','n':'long','d':'double','b':'bool',"
                    + "'t':'text'}";

    private static final String[] NAMES = {"k", "ks", "n", "d", "b", "t", "u"};
    private static final String[] WORDS = {"'a'", "'b'", "'B'", "'1'", "'true'", "''"};
    private static final String[] LONGS = {
        "0",
        "1",
        "-1",
        "2",
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807"
    };
    private static final String[] DOUBLES = {
        "0.0", "-0.0", "1", "1.0", "1.5", "-2.5", "9007199254740992.0", "9007199254740993", "1e300"
    };

    private final Random random;

    RandomWhere(long seed) {
        random = new Random(seed);
    }

    /** The body that writes points. */
    String points(int count) {
        List<String> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> fields = new ArrayList<>();
            field(fields, "k", one(WORDS));
            field(fields, "ks", random.nextBoolean() ? one(WORDS) : list(WORDS, 0));
            field(fields, "n", one(LONGS));
            field(fields, "d", one(DOUBLES));
            field(fields, "b", Boolean.toString(random.nextBoolean()));
            field(fields, "t", one(WORDS));
            field(fields, "u", value());
            points.add(
                    "{'id':'p"
                            + i
                            + "','vector':["
                            + random.nextFloat()
                            + ","
                            + random.nextFloat()
                            + "],'metadata':{"
                            + String.join(",", fields)
                            + "}}");
        }
        return "{'points':[" + String.join(",", points) + "]}";
    }

    private void field(List<String> fields, String name, String value) {
        if (random.nextInt(4) > 0) {
            fields.add("'" + name + "':" + (random.nextInt(20) == 0 ? "null" : value));
        }
    }

    /** A condition as Chroma takes it. */
    String where(int depth) {
        if (depth > 0 && random.nextBoolean()) {
            List<String> parts = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                parts.add(where(depth - 1));
            }
            return (random.nextBoolean() ? "{'$and':[" : "{'$or':[")
                    + String.join(",", parts)
                    + "]}";
        }
        String operator =
                switch (random.nextInt(5)) {
                    case 0 -> oneOf("$eq", "$ne") + "':" + value();
                    case 1 ->
                            oneOf("$in", "$nin") + "':" + (random.nextBoolean() ? list() : words());
                    case 2 -> oneOf("$contains", "$not_contains") + "':" + value();
                    default ->
                            oneOf("$gt", "$gte", "$lt", "$lte")
                                    + "':"
                                    + one(random.nextBoolean() ? LONGS : DOUBLES);
                };
        return "{'" + oneOf(NAMES) + "':{'" + operator + "}}";
    }

    private String value() {
        return switch (random.nextInt(4)) {
            case 0 -> one(LONGS);
            case 1 -> one(DOUBLES);
            case 2 -> Boolean.toString(random.nextBoolean());
            default -> one(WORDS);
        };
    }

    private String list() {
        return "[" + value() + "," + value() + "]";
    }

    private String words() {
        return list(WORDS, 1);
    }

    private String list(String[] from, int least) {
        List<String> values = new ArrayList<>();
        for (int i = least + random.nextInt(3); i > 0; i--) {
            values.add(one(from));
        }
        return "[" + String.join(",", values) + "]";
    }

    private String one(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private String oneOf(String... from) {
        return one(from);
    }
}
