package io.omendb.schema;

import io.omendb.OmenException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The type of a declared metadata field. */
public enum FieldType {
    KEYWORD("keyword"),
    KEYWORDS("keyword[]"),
    DOUBLE("double"),
    LONG("long"),
    BOOL("bool"),
    TEXT("text");

    private final String apiName;

    FieldType(String apiName) {
        this.apiName = apiName;
    }

    public String apiName() {
        return apiName;
    }

    /**
     * The type of an API name.
     *
     * @throws OmenException INVALID if there is none
     */
    public static FieldType ofApiName(String field, String name) {
        for (FieldType type : values()) {
            if (type.apiName.equals(name)) {
                return type;
            }
        }
        throw OmenException.invalid(
                "fields."
                        + field
                        + ": found type \""
                        + name
                        + "\", expected one of "
                        + Arrays.stream(values())
                                .map(FieldType::apiName)
                                .collect(Collectors.joining(", ")));
    }
}
