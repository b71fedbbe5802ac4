package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.omendb.schema.FieldType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Schemas, rows and filters at random, with much of what numbers and columns trip over. */
final class RandomFilters {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String[] WORDS = "a b c d e fox dog zebra x1 long-word".split(" ");

    private final Random random;
    private final Map<String, FieldType> fields = new LinkedHashMap<>();

    /** By field, how likely a row lacks it; a whole column may be full or empty. */
    private final Map<String, Double> missing = new LinkedHashMap<>();

    /** By field, rows after which a value recurs at the earliest: runs make chunks differ. */
    private final Map<String, Integer> runs = new LinkedHashMap<>();

    RandomFilters(Random random) {
        this.random = random;
        int n = 1 + random.nextInt(6);
        for (int i = 0; i < n; i++) {
            FieldType[] types = FieldType.values();
            fields.put("f" + i, types[random.nextInt(types.length)]);
            missing.put("f" + i, new double[] {0, 0, 0.1, 0.9, 1}[random.nextInt(5)]);
            runs.put("f" + i, new int[] {1, 1, 300, 2000}[random.nextInt(4)]);
        }
    }

    Map<String, FieldType> fields() {
        return fields;
    }

    @Nullable ObjectNode row(int row) {
        if (random.nextInt(20) == 0) {
            return null;
        }
        ObjectNode node = JSON.objectNode().put("undeclared", row);
        for (Map.Entry<String, FieldType> field : fields.entrySet()) {
            if (random.nextDouble() >= missing.get(field.getKey())) {
                node.set(field.getKey(), value(field.getValue(), row / runs.get(field.getKey())));
            } else if (random.nextBoolean()) {
                node.putNull(field.getKey());
            }
        }
        return node;
    }

    ObjectNode filter(int depth) {
        ObjectNode filter = JSON.objectNode();
        int kind = random.nextInt(depth == 0 ? 7 : 10);
        if (kind == 9) {
            filter.set("$not", filter(depth - 1));
        } else if (kind >= 7) {
            ArrayNode parts = filter.putArray(kind == 7 ? "$and" : "$or");
            for (int i = random.nextInt(3); i >= 0; i--) {
                parts.add(filter(depth - 1));
            }
        } else {
            for (int i = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(2); i > 0; i--) {
                List<String> names = new ArrayList<>(fields.keySet());
                String name = names.get(random.nextInt(names.size()));
                filter.set(name, condition(fields.get(name), 2));
            }
        }
        return filter;
    }

    private JsonNode condition(FieldType type, int depth) {
        if (type != FieldType.TEXT && random.nextInt(5) == 0) {
            return operand(type);
        }
        ObjectNode operators = JSON.objectNode();
        for (int i = random.nextInt(3) == 0 ? 2 : 1; i > 0; i--) {
            operator(operators, type, depth);
        }
        return operators;
    }

    private void operator(ObjectNode into, FieldType type, int depth) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            into.put("$exists", random.nextBoolean());
        } else if (kind == 1 && depth > 0) {
            JsonNode inner = condition(type, depth - 1);
            into.set("$not", inner.isObject() ? inner : JSON.objectNode().set("$eq", inner));
        } else if (type == FieldType.TEXT || (type == FieldType.KEYWORDS && kind < 4)) {
            into.set("$contains", operand(type));
        } else if ((type == FieldType.LONG || type == FieldType.DOUBLE) && kind < 7) {
            String[] ranges = {"$gt", "$gte", "$lt", "$lte"};
            into.set(ranges[random.nextInt(4)], operand(type));
        } else if (random.nextBoolean()) {
            into.set(random.nextBoolean() ? "$eq" : "$ne", operand(type));
        } else {
            ArrayNode list = into.putArray(random.nextBoolean() ? "$in" : "$nin");
            for (int i = random.nextInt(5); i > 0; i--) {
                list.add(operand(type));
            }
        }
    }

    private JsonNode operand(FieldType type) {
        return switch (type) {
            case LONG, DOUBLE ->
                    random.nextInt(4) == 0 ? oddNumber() : value(type, random.nextInt(4000));
            case KEYWORDS -> TextNode.valueOf(word(random.nextInt(4000)));
            default -> value(type, random.nextInt(4000));
        };
    }

    private JsonNode value(FieldType type, int at) {
        return switch (type) {
            case KEYWORD -> TextNode.valueOf(word(at));
            case BOOL -> BooleanNode.valueOf(random.nextBoolean());
            case KEYWORDS -> {
                if (random.nextInt(5) == 0) {
                    yield TextNode.valueOf(word(at));
                }
                ArrayNode list = JSON.arrayNode();
                IntStream.range(0, random.nextInt(4)).forEach(i -> list.add(word(at)));
                yield list;
            }
            case TEXT ->
                    TextNode.valueOf(
                            IntStream.range(0, random.nextInt(4))
                                    .mapToObj(i -> word(at))
                                    .collect(Collectors.joining(" - ")));
            case LONG ->
                    switch (random.nextInt(8)) {
                        case 0 -> JSON.numberNode(Long.MAX_VALUE - random.nextInt(2));
                        case 1 -> JSON.numberNode(Long.MIN_VALUE + random.nextInt(2));
                        case 2 -> JSON.numberNode(random.nextLong());
                        default -> JSON.numberNode((long) at - 10 + random.nextInt(3));
                    };
            case DOUBLE ->
                    switch (random.nextInt(8)) {
                        case 0 -> JSON.numberNode(random.nextBoolean() ? 0.0 : -0.0);
                        case 1 -> JSON.numberNode(Double.MIN_VALUE * (random.nextInt(3) - 1));
                        case 2 -> JSON.numberNode(Double.MAX_VALUE * (random.nextInt(3) - 1));
                        case 3 -> JSON.numberNode(random.nextGaussian() * 1000);
                        case 4 -> JSON.numberNode(at);
                        default -> JSON.numberNode(at / 4.0 - 5);
                    };
        };
    }

    /** A number of the other kind, or on the edge of what a long holds. */
    private JsonNode oddNumber() {
        return switch (random.nextInt(7)) {
            case 0 -> JSON.numberNode(BigInteger.ONE.shiftLeft(63));
            case 1 -> JSON.numberNode(BigInteger.ONE.shiftLeft(63).add(BigInteger.ONE).negate());
            case 2 -> JSON.numberNode(random.nextBoolean() ? 0x1p63 : -0x1p63);
            case 3 -> JSON.numberNode(random.nextBoolean() ? 1e300 : -1e300);
            case 4 -> JSON.numberNode(-0.0);
            case 5 -> JSON.numberNode(random.nextInt(2000) / 2.0);
            default -> JSON.numberNode(random.nextInt(1000) - 20);
        };
    }

    private String word(int at) {
        return random.nextInt(3) == 0 ? "rare" + at / 7 : WORDS[random.nextInt(WORDS.length)];
    }
}
