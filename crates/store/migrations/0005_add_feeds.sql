create index comment_published on comment (site_id, page_id, id) where state = 'published';
