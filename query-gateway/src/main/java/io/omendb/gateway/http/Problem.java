package io.omendb.gateway.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.Locale;
import java.util.Objects;

/** An answer that is an error, with members beyond those that every error has (RFC 9457, 3.2). */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final HttpStatus status;
    private final String code;
    private final transient ObjectNode extensions;

    private Problem(HttpStatus status, String code, String detail, ObjectNode extensions) {
        super(detail, null, false, false); // an answer, not a defect: no stack trace
        this.status = status;
        this.code = code;
        this.extensions = extensions;
    }

    public static Problem of(ErrorCode code, String detail, ObjectNode extensions) {
        return new Problem(HttpStatus.valueOf(code.httpStatus()), code.name(), detail, extensions);
    }

    public static Problem of(OmenException error) {
        return of(
                error.code(),
                Objects.requireNonNullElse(error.getMessage(), error.code().name()),
                JsonNodeFactory.instance.objectNode());
    }

    /** An error of HTTP itself, which has no {@link ErrorCode}. */
    public static Problem of(HttpStatus status, String detail) {
        return new Problem(
                status,
                status.reasonPhrase().toUpperCase(Locale.ROOT).replace(' ', '_'),
                detail,
                JsonNodeFactory.instance.objectNode());
    }

    /** The same error after something else was done, of which more members tell. */
    public Problem after(String done, ObjectNode more) {
        ObjectNode all = extensions.deepCopy();
        all.setAll(more);
        return new Problem(status, code, done + getMessage(), all);
    }

    public HttpStatus status() {
        return status;
    }

    /** Its code, as the document has it. */
    public String code() {
        return code;
    }

    /** The problem document. */
    public ObjectNode document() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("type", "about:blank");
        document.put("title", status.reasonPhrase());
        document.put("status", status.code());
        document.put("detail", getMessage());
        document.put("code", code);
        document.setAll(extensions);
        return document;
    }
}
