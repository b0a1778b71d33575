//! The people who book: what is known of them, and how it is forgotten.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    desk::{CustomerFilter, CustomerPatch, Desk, NewCustomer, NewHistoryEntry},
    domain::{Customer, CustomerId, HistoryEntry, HistoryEntryId, Name, PhoneNumber},
    web::{
        AppState, Problem,
        auth::{CanAdmin, CanBook, CanRead},
        error::Result,
        extract::{Json, Path, Query},
        paging::{Cursor, Limit, List, Page},
        version::{Created, IfMatch, Tagged},
    },
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, change, erase))
        .routes(routes!(by_phone))
        .routes(routes!(history, add_history))
        .routes(routes!(remove_history))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// How one of their names begins.
    #[param(value_type = Option<String>)]
    name: Option<Name>,
    /// In E.164 form; mind that `+` is written `%2B` here.
    #[param(value_type = Option<String>, pattern = r"^\+[1-9][0-9]{6,14}$")]
    phone: Option<PhoneNumber>,
    /// How many on a page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the page before; without it, the first page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<Uuid>>,
}

/// List the customers
#[utoipa::path(
    get, path = "/customers", tag = "customers", security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Filter), responses((status = 200, body = List<Customer>))
)]
async fn list(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Customer>>> {
    let Filter {
        name,
        phone,
        limit,
        cursor,
    } = filter;
    let after = cursor.map(|cursor| CustomerId(cursor.0));
    let wanted = CustomerFilter { name, phone };
    let found = desk
        .customers(caller.by, &wanted, after, limit.and_one_more())
        .await?;
    Ok(Json(List::of(found, limit, |customer| customer.id)))
}

/// Add a customer
#[utoipa::path(
    post, path = "/customers", tag = "customers", security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses(
        (status = 201, body = Customer),
        (status = 409, description = "Somebody else has this phone number.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn create(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Json(new): Json<NewCustomer>,
) -> Result<Created<Tagged<Customer>>> {
    let customer = desk.create_customer(caller.by, new).await?;
    Ok(Created {
        at: format!("/api/v1/customers/{}", customer.id),
        what: Tagged(customer),
    })
}

/// Get a customer
#[utoipa::path(
    get, path = "/customers/{customer_id}", tag = "customers",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    responses((status = 200, body = Customer))
)]
async fn get(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(customer_id): Path<CustomerId>,
) -> Result<Tagged<Customer>> {
    Ok(Tagged(desk.customer(caller.by, customer_id).await?))
}

/// Get a customer by phone number
#[utoipa::path(
    get, path = "/customers/by-phone/{phone}", tag = "customers",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(("phone" = PhoneNumber, Path, description = "In E.164 form.")),
    responses((status = 200, body = Customer))
)]
async fn by_phone(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(phone): Path<PhoneNumber>,
) -> Result<Tagged<Customer>> {
    Ok(Tagged(desk.customer_by_phone(caller.by, &phone).await?))
}

/// Change a customer
///
/// What is left out stays; `null` clears.
#[utoipa::path(
    patch, path = "/customers/{customer_id}", tag = "customers",
    security(("access_token" = ["book"]), ("api_key" = ["book"])), params(IfMatch),
    responses(
        (status = 200, body = Customer),
        (status = 409, description = "Somebody else has this phone number.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn change(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(customer_id): Path<CustomerId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<CustomerPatch>,
) -> Result<Tagged<Customer>> {
    Ok(Tagged(
        desk.update_customer(caller.by, customer_id, Some(version), &patch)
            .await?,
    ))
}

/// Erase a customer's personal data
///
/// In every table that names them. Their bookings stay, as nobody's. Refused while one is still to come.
#[utoipa::path(
    delete, path = "/customers/{customer_id}", tag = "customers",
    security(("access_token" = ["admin"]), ("api_key" = ["admin"])), params(IfMatch),
    responses(
        (status = 204, description = "Erased."),
        (status = 422, description = "They have bookings still to come.", body = Problem,
         content_type = "application/problem+json"),
    )
)]
async fn erase(
    CanAdmin(caller): CanAdmin,
    State(desk): State<Desk>,
    Path(customer_id): Path<CustomerId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode> {
    desk.erase_customer(caller.by, customer_id, Some(version))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List what is known about a customer
#[utoipa::path(
    get, path = "/customers/{customer_id}/history", tag = "customers",
    security(("access_token" = ["read"]), ("api_key" = ["read"])),
    params(Page), responses((status = 200, body = List<HistoryEntry>))
)]
async fn history(
    CanRead(caller): CanRead,
    State(desk): State<Desk>,
    Path(customer_id): Path<CustomerId>,
    Query(page): Query<Page>,
) -> Result<Json<List<HistoryEntry>>> {
    let after = page.after(HistoryEntryId);
    let found = desk
        .history(caller.by, customer_id, after, page.limit.and_one_more())
        .await?;
    Ok(Json(List::of(found, page.limit, |entry| entry.id)))
}

/// Note something about a customer
#[utoipa::path(
    post, path = "/customers/{customer_id}/history", tag = "customers",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    responses((status = 201, body = HistoryEntry))
)]
async fn add_history(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(customer_id): Path<CustomerId>,
    Json(new): Json<NewHistoryEntry>,
) -> Result<Created<Json<HistoryEntry>>> {
    let entry = desk.add_history(caller.by, customer_id, new).await?;
    Ok(Created {
        at: format!("/api/v1/customers/{customer_id}/history/{}", entry.id),
        what: Json(entry),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct HistoryPath {
    customer_id: CustomerId,
    entry_id: HistoryEntryId,
}

/// Remove a note about a customer
#[utoipa::path(
    delete, path = "/customers/{customer_id}/history/{entry_id}", tag = "customers",
    security(("access_token" = ["book"]), ("api_key" = ["book"])),
    params(HistoryPath), responses((status = 204, description = "Removed."))
)]
async fn remove_history(
    CanBook(caller): CanBook,
    State(desk): State<Desk>,
    Path(path): Path<HistoryPath>,
) -> Result<StatusCode> {
    desk.remove_history(caller.by, path.customer_id, path.entry_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
