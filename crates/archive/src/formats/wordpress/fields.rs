//! What stands in the elements of an export, as text.

/// One of the people who may write articles.
#[derive(Debug, Default)]
pub(super) struct UserFields {
    pub(super) id: String,
    pub(super) name: String,
}

impl UserFields {
    pub(super) fn set(&mut self, name: &str, text: String) {
        match name {
            "wp:author_id" => text.trim().clone_into(&mut self.id),
            "wp:author_display_name" => self.name = text,
            _ => {}
        }
    }
}

/// An `<item>`: a page, or anything else that WordPress keeps as one.
#[derive(Debug, Default)]
pub(super) struct PageFields {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) link: String,
    pub(super) guid: String,
    pub(super) date: String,
    pub(super) date_gmt: String,
    status: String,
    comment_status: String,
    post_type: String,
    password: Option<String>,
    /// The text, where it has questions.
    pub(super) content: String,
}

impl PageFields {
    pub(super) fn set(&mut self, name: &str, text: String) {
        match name {
            "title" => self.title = text,
            "link" => text.trim().clone_into(&mut self.link),
            "guid" => text.trim().clone_into(&mut self.guid),
            "wp:post_id" => text.trim().clone_into(&mut self.id),
            "wp:post_date" => self.date = text,
            "wp:post_date_gmt" => self.date_gmt = text,
            "wp:status" => text.trim().clone_into(&mut self.status),
            "wp:comment_status" => text.trim().clone_into(&mut self.comment_status),
            "wp:post_type" => text.trim().clone_into(&mut self.post_type),
            "wp:post_password" => self.password = Some(text),
            "content:encoded" if text.contains("[wpdiscuz-feedback") => self.content = text,
            _ => {}
        }
    }

    /// Whether everything is there that decides over the comments; the password comes last.
    pub(super) fn is_known(&self) -> bool {
        !self.id.is_empty() && !self.status.is_empty() && self.password.is_some()
    }

    pub(super) fn is_public(&self) -> bool {
        self.status == "publish" && self.password.as_ref().is_none_or(String::is_empty)
    }

    pub(super) fn why_not_public(&self) -> String {
        if self.status == "publish" {
            return "it asks for a password, so its comments are held".to_owned();
        }
        format!("its status is `{}`, so its comments are held", self.status)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.comment_status == "closed"
    }

    /// Whether it is something that people read; menus, styles and old versions are items too.
    pub(super) fn is_read(&self) -> bool {
        let kind = self.post_type.as_str();
        let is_inner = matches!(
            kind,
            "attachment" | "nav_menu_item" | "revision" | "custom_css" | "customize_changeset"
        );
        !is_inner && !kind.starts_with("wp_")
    }
}

/// A `<wp:comment>`.
#[derive(Debug, Default)]
pub(super) struct CommentFields {
    id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) website: String,
    pub(super) date: String,
    pub(super) date_gmt: String,
    pub(super) text: String,
    pub(super) approved: String,
    pub(super) kind: String,
    parent: String,
    user_id: String,
    meta_key: String,
    meta_value: String,
    pub(super) votes: String,
    pub(super) separate_votes: String,
    pub(super) closed: String,
    pub(super) edited_at: String,
    pub(super) feedback_form: String,
    pub(super) n_attachments: usize,
    pub(super) has_rating: bool,
}

impl CommentFields {
    pub(super) fn set(&mut self, name: &str, text: String) {
        match name {
            "wp:comment_id" => text.trim().clone_into(&mut self.id),
            "wp:comment_author" => self.name = text,
            "wp:comment_author_email" => self.email = text,
            "wp:comment_author_url" => self.website = text,
            "wp:comment_date" => self.date = text,
            "wp:comment_date_gmt" => self.date_gmt = text,
            "wp:comment_content" => self.text = text,
            "wp:comment_approved" => text.trim().clone_into(&mut self.approved),
            "wp:comment_type" => text.trim().clone_into(&mut self.kind),
            "wp:comment_parent" => text.trim().clone_into(&mut self.parent),
            "wp:comment_user_id" => text.trim().clone_into(&mut self.user_id),
            "wp:meta_key" => text.trim().clone_into(&mut self.meta_key),
            "wp:meta_value" => text.trim().clone_into(&mut self.meta_value),
            _ => {}
        }
    }

    pub(super) fn end_meta(&mut self) {
        let value = std::mem::take(&mut self.meta_value);
        let key = std::mem::take(&mut self.meta_key);
        match key.as_str() {
            "wpdiscuz_votes" => self.votes = value,
            "wpdiscuz_votes_seperate" => self.separate_votes = value,
            "wpdiscuz_closed" => self.closed = value,
            "wpdiscuz_last_edited_at" => self.edited_at = value,
            "wpdiscuz_feedback_form_id" => self.feedback_form = value,
            "rating" => self.has_rating = true,
            _ if key.starts_with("wmu_") => self.n_attachments += 1,
            _ => {}
        }
    }

    /// What it calls the question that it answers.
    pub(super) fn answered(&self) -> Option<&str> {
        let form = self.feedback_form.trim();
        Some(form).filter(|form| !matches!(*form, "" | "0"))
    }

    /// What the report calls it.
    pub(super) fn record(&self) -> String {
        match self.id() {
            Some(id) => format!("comment {id}"),
            None => format!("comment by {:?} of {}", self.name, self.date),
        }
    }

    pub(super) fn id(&self) -> Option<&str> {
        given(&self.id)
    }

    pub(super) fn parent(&self) -> Option<&str> {
        given(&self.parent)
    }

    pub(super) fn user_id(&self) -> Option<&str> {
        given(&self.user_id)
    }
}

/// WordPress writes 0 for "none".
fn given(id: &str) -> Option<&str> {
    (!id.is_empty() && id != "0").then_some(id)
}
