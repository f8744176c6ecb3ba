//! Promises of the public types that the compiler can check.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::panic::{RefUnwindSafe, UnwindSafe};

use hooksieve::{
    Catalog, CatalogError, CompileError, Compiler, Dialect, ErrorCode, EventClass, ExplainOptions,
    Explanation, ExplanationNode, Field, Filter, Implication, Limits, Lint, LintCode, Listener,
    ListenerError, Mismatch, NodeKind, Problem, Program, ProgramError, Replacement, Severity, Suggestion,
};

/// Can be shared between threads, and is still good after a panic elsewhere.
const fn shareable<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + Debug + 'static>() {}
const fn cloneable<T: Clone>() {}
const fn comparable<T: PartialEq + Eq>() {}
const fn printable<T: Display>() {}
const fn error<T: Error>() {}

const _: () = {
    shareable::<Filter>();
    shareable::<Compiler>();
    shareable::<Program>();
    shareable::<Dialect>();
    shareable::<Limits>();
    shareable::<CompileError>();
    shareable::<Problem>();
    shareable::<Replacement>();
    shareable::<ErrorCode>();
    shareable::<ProgramError>();
    shareable::<Catalog>();
    shareable::<CatalogError>();
    shareable::<EventClass>();
    shareable::<Field<'static>>();
    shareable::<Mismatch>();
    shareable::<Explanation>();
    shareable::<Implication>();
    shareable::<Lint>();
    shareable::<LintCode>();
    shareable::<Severity>();
    shareable::<Suggestion>();
    shareable::<ExplanationNode>();
    shareable::<ExplainOptions>();
    shareable::<NodeKind>();
    shareable::<Listener>();
    shareable::<ListenerError>();

    cloneable::<Filter>();
    cloneable::<Compiler>();
    cloneable::<Program>();
    cloneable::<CompileError>();
    cloneable::<Limits>();
    cloneable::<Catalog>();
    cloneable::<EventClass>();
    cloneable::<Explanation>();
    cloneable::<Implication>();
    cloneable::<Lint>();

    comparable::<CompileError>();
    comparable::<ErrorCode>();
    comparable::<Lint>();
    comparable::<Severity>();
    comparable::<CatalogError>();
    comparable::<Mismatch>();

    printable::<Program>();
    printable::<Problem>();
    printable::<ErrorCode>();
    printable::<Mismatch>();
    printable::<Explanation>();
    printable::<Lint>();
    printable::<LintCode>();

    error::<CompileError>();
    error::<ProgramError>();
    error::<CatalogError>();
    error::<ListenerError>();

    // A handle, so that an index of listeners can hold it beside its listener.
    assert!(size_of::<Filter>() <= size_of::<usize>());
};
