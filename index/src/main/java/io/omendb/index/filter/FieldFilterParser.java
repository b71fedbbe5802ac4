package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.OmenException;
import io.omendb.index.column.NumberRange;
import io.omendb.schema.FieldType;
import java.util.ArrayList;
import java.util.List;

/** Reads the operators of one declared field and checks operand types. */
record FieldFilterParser(String field, FieldType type) {

    Filter equalTo(JsonNode value, String path) {
        if (type == FieldType.TEXT) {
            throw OmenException.invalid(
                    path + ": a text field is matched with $contains or $exists, not by equality");
        }
        checkOperand(value, path);
        return new Filter.AnyOf(field, List.of(value));
    }

    Filter in(JsonNode values, String path) {
        if (!values.isArray()) {
            throw OmenException.malformed(
                    path + ": found " + Json.describe(values) + ", expected an array");
        }
        if (type == FieldType.TEXT) {
            throw OmenException.invalid(
                    path + ": a text field is matched with $contains or $exists, not by equality");
        }
        List<JsonNode> list = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            checkOperand(values.get(i), path + "[" + i + "]");
            list.add(values.get(i));
        }
        return new Filter.AnyOf(field, list);
    }

    Filter contains(JsonNode value, String path) {
        if (type != FieldType.KEYWORDS && type != FieldType.TEXT) {
            throw OmenException.invalid(
                    path + ": $contains needs a keyword[] or text field, found " + type.apiName());
        }
        checkOperand(value, path);
        return new Filter.AnyOf(field, List.of(value));
    }

    Filter range(NumberRange range, JsonNode value, String path) {
        if (type != FieldType.DOUBLE && type != FieldType.LONG) {
            throw OmenException.invalid(
                    path + ": a range needs a double or long field, found " + type.apiName());
        }
        checkOperand(value, path);
        return new Filter.Range(field, range);
    }

    Filter exists(JsonNode value, String path) {
        if (!value.isBoolean()) {
            throw OmenException.malformed(
                    path + ": found " + Json.describe(value) + ", expected true or false");
        }
        Filter exists = new Filter.Exists(field);
        return value.booleanValue() ? exists : new Filter.Not(exists);
    }

    private void checkOperand(JsonNode value, String path) {
        boolean fits =
                switch (type) {
                    case KEYWORD, KEYWORDS, TEXT -> value.isTextual();
                    case DOUBLE, LONG -> value.isNumber();
                    case BOOL -> value.isBoolean();
                };
        if (!fits) {
            throw OmenException.invalid(
                    path
                            + ": found "
                            + Json.describe(value)
                            + ", expected a value of the field's type "
                            + type.apiName());
        }
    }
}
