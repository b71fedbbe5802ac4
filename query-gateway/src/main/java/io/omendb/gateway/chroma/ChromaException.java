package io.omendb.gateway.chroma;

import com.linecorp.armeria.common.HttpStatus;

/** A refusal in Chroma's words: the name is what its clients choose their exception by. */
final class ChromaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final HttpStatus status;
    private final String name;

    private ChromaException(HttpStatus status, String name, String message) {
        super(message, null, false, false); // an answer, not a defect: no stack trace
        this.status = status;
        this.name = name;
    }

    static ChromaException of(HttpStatus status, String name, String message) {
        return new ChromaException(status, name, message);
    }

    static ChromaException invalid(String message) {
        return of(HttpStatus.BAD_REQUEST, "InvalidArgumentError", message);
    }

    static ChromaException notFound(String message) {
        return of(HttpStatus.NOT_FOUND, "NotFoundError", message);
    }

    static ChromaException exists(String message) {
        return of(HttpStatus.CONFLICT, "UniqueConstraintError", message);
    }

    static ChromaException forbidden(String message) {
        return of(HttpStatus.FORBIDDEN, "AuthorizationError", message);
    }

    /** What Chroma does and OmenDB does not. */
    static ChromaException unimplemented(String message) {
        return of(HttpStatus.NOT_IMPLEMENTED, "UnimplementedError", message);
    }

    HttpStatus status() {
        return status;
    }

    String chromaName() {
        return name;
    }
}
